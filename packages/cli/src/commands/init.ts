import { randomBytes } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { CommandFailure } from '../failure/failure.ts';
import { projectFiles } from '../init/project-files.ts';
import { type Framework, frameworks } from '../init/server-source.ts';
import { existingFiles, writeFiles } from '../init/write-files.ts';
import { addExamples } from '../terminal/help.ts';
import { shellWord } from '../terminal/invocation.ts';
import { printable } from '../terminal/printable.ts';
import { version } from '../version.ts';

/** `init`: writes a minimal receiver project. */
export function command(): Command {
  const init = new Command('init')
    .description(
      'Writes a minimal receiver in TypeScript that runs: package.json, tsconfig.json, src/server.ts, .env with a generated secret (readable only by its owner), .env.example, .gitignore, .npmrc, README.md. Overwrites nothing.',
    )
    .addArgument(new Argument('<framework>', 'the framework').choices(frameworks))
    .argument('[folder]', 'the destination', '.')
    .action(async (framework: Framework, folder: string) => {
      const root = resolve(folder);
      const files = projectFiles(framework, {
        name: packageName(root),
        secret: randomBytes(32).toString('hex'),
        kitVersion: version(),
      });
      const inTheWay = await existingFiles(root, files);
      if (inTheWay.length > 0) {
        throw new CommandFailure(`There already: ${inTheWay.join(', ')}.`, {
          hint: 'Nothing was written. Name an empty folder, or take these away.',
        });
      }
      await writeFiles(root, files);
      for (const { path, secret } of files)
        console.log(secret === true ? `${path}  (with a new secret)` : path);
      const enter = folder === '.' ? '' : `cd ${printable(shellWord(folder))} && `;
      console.error(`\nNext: ${enter}npm install && npm start`);
    });
  return addExamples(init, [
    ['init express', 'In this folder'],
    ['init hono receiver', 'In a new folder'],
  ]);
}

/** What npm takes as a name, of a folder that may be called anything. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return name === '' ? 'spiderfoot-receiver' : name;
}
