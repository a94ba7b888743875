import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
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

/** A process and its standard output. */
export class Process {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #output = '';
  #errors = '';
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { cwd: here('.') });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#wake();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', () => {
        this.#hasEnded = true;
        this.#wake();
        resolve();
      });
    });
    this.#child.stdin.on('error', () => {});
    onTestFinished(async () => {
      this.signal('SIGKILL');
      await this.#ended;
    });
  }

  get lines(): readonly string[] {
    return this.#output.split('\n').slice(0, -1);
  }

  get errors(): string {
    return this.#errors;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Wait until the process has printed a line. Fail if it ends without the line. */
  async waitForLine(line: string, times = 1): Promise<void> {
    while (this.lines.filter((printed) => printed === line).length < times) {
      if (this.#hasEnded)
        throw new Error(`The process ended without "${line}":\n${this.#output}${this.#errors}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Write a line to its standard input. */
  writeLine(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#hasEnded) return;
    try {
      // On Deno, `child.kill` works only once, and any signal closes the pipes.
      process.kill(this.pid, signal);
    } catch {
      // The process has just ended.
    }
  }

  async end(): Promise<void> {
    await this.#ended;
  }
}

/** Start another process that opens the same file and does the given work. */
export function startProgram(order: Order, wrapper: readonly string[] = []): Process {
  const [command = '', ...args] = [
    ...wrapper,
    process.execPath,
    here('run-typescript.mjs'),
    here('store-process.ts'),
  ];
  return new Process(command, [...args, JSON.stringify(order)]);
}

/** Start another process that handles deliveries in a log. Its commands are in `log-process.ts`. */
export function startLogProcess(path: string): Process {
  return new Process(process.execPath, [here('run-typescript.mjs'), here('log-process.ts'), path]);
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
  return new Process('python3', [...quietly, '-u', '-c', code, ...args]);
}
