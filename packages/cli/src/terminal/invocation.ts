import { basename, relative } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What to type to run this very program once more from the same folder: a line that is shown has to work when it is copied,
 * and an `npx spiderfoot-webhooks` from where it is not installed would ask a registry for a package of that name.
 */
export function invocation(
  [, program = '']: readonly string[] = process.argv,
  env: Variables = process.env,
  folder = process.cwd(),
): string {
  const name = 'spiderfoot-webhooks';
  if (basename(program) === name) return env.npm_command === undefined ? name : `npx ${name}`;
  const path = relative(folder, program);
  return `node ${shellWord(path)}`;
}

/** A text as one word of a POSIX shell's command line. */
export function shellWord(text: string): string {
  return /^[\w./@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
