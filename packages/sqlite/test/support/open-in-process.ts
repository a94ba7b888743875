import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runTypeScript } from '../../../../test/support/child-process.ts';
import type { StoreOptions } from '../../src/index.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** How a separate process opens a store. */
export interface Attempt {
  readonly path: string;
  readonly options?: StoreOptions;
  /** Opens files until the limit is reached, before it opens the store. */
  readonly exhaustFiles?: boolean;
  readonly umask?: number;
}

/** The result of opening. */
export interface Opened {
  readonly opened: boolean;
  readonly deliveries?: number;
  readonly name?: string;
  readonly option?: string;
  readonly message?: string;
}

/**
 * Opens a store in another process.
 * @param wrapper a command that starts the process, for example as another user
 */
export function attempt(order: Attempt, wrapper: readonly string[] = []): Opened {
  const program = runTypeScript(here('open-once.ts'), JSON.stringify(order));
  const [command = '', ...args] = [...wrapper, process.execPath, ...program];
  const { stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    cwd: here('.'),
  });
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`The process printed no result: ${stdout}${stderr}`);
  return JSON.parse(line);
}

/** An unprivileged user. `undefined` if the test cannot switch users. */
export const asStranger: readonly string[] | undefined =
  process.geteuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    : undefined;
