import { basename, relative } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The command line that runs this program again from the same folder, so that a line that is shown works when it is copied.
 * It is not always `npx spiderfoot-webhooks`, which asks a registry for a package of that name when none is installed, nor a
 * bare `node`, which may be older than the Node that the repository brings.
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

/** A text as one word of a POSIX shell's command line. */
export function shellWord(text: string): string {
  return /^[\w./@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
