import { basename, relative } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Return the command line that runs this program from the current folder, so that a printed command works when it is
 * copied. `npx spiderfoot-webhooks` is not always right: if the package is not installed, npx asks a registry for it. A
 * plain `node` may be older than the Node that the repository installs.
 */
export function invocation(
  [, program = '']: readonly string[] = process.argv,
  env: Variables = process.env,
  folder = process.cwd(),
): string {
  const name = 'spiderfoot-webhooks';
  const { npm_lifecycle_event: script, npm_package_name: project } = env;
  if (script === 'webhooks' || (script === 'start' && project === name)) return 'npm run -s webhooks --';
  if (basename(program) === name) return env.npm_command === undefined ? name : `npx ${name}`;
  const path = relative(folder, program);
  return `node ${shellWord(path)}`;
}

/** Quote a text as one word for a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w./@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
