import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Process, runTypeScript } from '../../../../test/support/child-process.ts';
import type { StoreOptions } from '../../src/index.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The work of another process that opens the same file. */
export interface Order {
  readonly path: string;
  readonly options?: StoreOptions;
  /** The time at which it opens the file, in milliseconds since 1970. */
  readonly at?: number;
  /** The number of other files that it opens before. All processes with the same `at` open each of them at the same time. */
  readonly files?: number;
  /** The behavior of the handler. A handler that `waits` ends when the process reads a line. */
  readonly handler?: 'succeeds' | 'hangs' | 'dies' | 'waits';
  /** The number of webhooks that it receives, one after another. */
  readonly send?: number;
  /** Receive all webhooks at once instead. */
  readonly together?: boolean;
}

/** Start another process that opens the same file and does the given work. */
export function startProgram(order: Order, wrapper: readonly string[] = []): Process {
  const program = runTypeScript(here('store-process.ts'), JSON.stringify(order));
  const [command = '', ...args] = [...wrapper, process.execPath, ...program];
  return new Process(command, args, here('.'));
}

/** Start another process that handles deliveries in a log. Its commands are in `log-process.ts`. */
export function startLogProcess(path: string): Process {
  return new Process(process.execPath, runTypeScript(here('log-process.ts'), path), here('.'));
}

/** Suppress deprecation warnings from the guide's class, and write no compiled file beside it. */
const quietly = ['-W', 'ignore', '-B'];

/** Run Python code until it ends. @returns its output */
export function python(code: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('python3', [...quietly, '-c', code, ...args], {
    encoding: 'utf8',
    cwd: here('.'),
  });
  if (status !== 0) throw new Error(`Python failed: ${stderr}`);
  return stdout;
}

/** Start Python code, which reads lines from its standard input, in another process. */
export function startPython(code: string, ...args: readonly string[]): Process {
  return new Process('python3', [...quietly, '-u', '-c', code, ...args], here('.'));
}
