import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { StoreOptions } from '../../src/index.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What another process over a store's file is to do. */
export interface Order {
  readonly path: string;
  readonly options?: StoreOptions;
  /** When it opens the file, in milliseconds since 1970. */
  readonly at?: number;
  /** Before that: opens so many other files, each at a time that it has in common with others of its kind. */
  readonly files?: number;
  /** The behavior of the handler. A handler that waits ends when it reads a line. */
  readonly handler?: 'succeeds' | 'hangs' | 'dies' | 'waits';
  /** Receives so many webhooks, one after another. */
  readonly send?: number;
  /** Not one after another, but all at once. */
  readonly together?: boolean;
}

/** A process and its standard output. */
export class Process {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #output = '';
  #errors = '';
  #over = false;
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
        this.#over = true;
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

  /** Waits until the process has printed a line. Fails if it ends without printing the line. */
  async says(line: string, times = 1): Promise<void> {
    while (this.lines.filter((said) => said === line).length < times) {
      if (this.#over) throw new Error(`It ended without "${line}":\n${this.#output}${this.#errors}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Writes a line to its standard input. */
  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#over) return;
    try {
      // Not `child.kill`: on Deno it works once, and closes the pipes whatever the signal is.
      process.kill(this.pid, signal);
    } catch {
      // It has ended just now.
    }
  }

  async end(): Promise<void> {
    await this.#ended;
  }
}

/** Another process over a store's file. */
export function startProgram(order: Order, wrapper: readonly string[] = []): Process {
  const [command = '', ...args] = [
    ...wrapper,
    process.execPath,
    here('run-typescript.mjs'),
    here('store-process.ts'),
  ];
  return new Process(command, [...args, JSON.stringify(order)]);
}

/** Another process that takes deliveries in a log. */
export function startTaker(path: string): Process {
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

/** Run Python code beside the test. It waits for lines on its standard input. */
export function startPython(code: string, ...args: readonly string[]): Process {
  return new Process('python3', [...quietly, '-u', '-c', code, ...args]);
}
