import { randomBytes } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { withFlagNames } from '../arguments/flag-names.ts';
import { CommandFailure } from '../failure/failure.ts';
import { projectFiles } from '../init/project-files.ts';
import { type Framework, frameworks } from '../init/server-source.ts';
import { existingFiles, writeFiles } from '../init/write-files.ts';
import { addExamples } from '../terminal/help.ts';
import { shellWord } from '../terminal/invocation.ts';
import { printJson } from '../terminal/print-json.ts';
import { printable } from '../terminal/printable.ts';
import { version } from '../version.ts';

interface InitFlags {
  readonly store: string;
  readonly json?: true;
}

/** `init`: write a minimal receiver project. */
export function command(): Command {
  const init = new Command('init')
    .description(
      'Write a minimal receiver in TypeScript that is ready to run. The files are package.json, tsconfig.json, src/server.ts, .env, .env.example, .gitignore, .npmrc and README.md. The file .env contains a generated secret, and only its owner can read it. Existing files are not overwritten.',
    )
    .addArgument(new Argument('<framework>', 'the framework').choices(frameworks))
    .argument('[folder]', 'the folder of the project', '.')
    .addOption(
      new Option(
        '--store <location>',
        'the store of the receiver: a SQLite file, a postgres:// URL or a redis:// URL',
      ).default('webhooks.db'),
    )
    .option('--json', 'print one line of JSON with the files and the next command')
    .action(async (framework: Framework, folder: string, { store, json }: InitFlags) => {
      const { engineOf, printableLocation } = await import('@spiderfoot-webhooks/store');
      const engine = await withFlagNames(async () => engineOf(store));
      const root = resolve(folder);
      const files = projectFiles(framework, {
        name: packageName(root),
        secret: randomBytes(32).toString('hex'),
        kitVersion: version(),
        store: { location: store, printed: printableLocation(store), engine },
      });
      const existing = await existingFiles(root, files);
      if (existing.length > 0) {
        throw new CommandFailure(`The folder already contains ${existing.join(', ')}.`, {
          hint: 'Nothing was written. Choose an empty folder, or move these files elsewhere.',
        });
      }
      await writeFiles(root, files);
      const enter = folder === '.' ? '' : `cd ${printable(shellWord(folder))} && `;
      const next = `${enter}npm install && npm start`;
      if (json === true) {
        const paths = files.map(({ path }) => path);
        const secretFile = files.find(({ secret }) => secret === true)?.path;
        return printJson({ folder: root, framework, files: paths, secretFile, next });
      }
      for (const { path, secret } of files)
        console.log(secret === true ? `${path}  (with a new secret)` : path);
      console.error(`\nNext: ${next}`);
    });
  return addExamples(init, [
    ['init express', 'In this folder'],
    ['init hono receiver', 'In a new folder'],
  ]);
}

/** Convert the name of a folder into a name that npm accepts. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return name === '' ? 'spiderfoot-receiver' : name;
}
