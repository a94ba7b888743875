import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** Return the arguments with which Node runs a TypeScript program on the sources of the packages. */
export function runTypeScript(program: string, ...args: readonly string[]): readonly string[] {
  return [fileURLToPath(new URL('run-typescript.mjs', import.meta.url)), program, ...args];
}

/** A process and its output. It is killed when the test ends. */
export class Process {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #output = '';
  #errors = '';
  #hasEnded = false;
  #wake: () => void = () => {};

  /** @param folder the folder in which the process runs */
  constructor(command: string, args: readonly string[], folder: string) {
    this.#child = spawn(command, args, { cwd: folder });
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
    onTestFinished(() => this.kill());
  }

  /** The complete lines of its standard output. */
  get lines(): readonly string[] {
    return this.#output.split('\n').slice(0, -1);
  }

  get errors(): string {
    return this.#errors;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
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

  /** Kill the process, and wait for its end. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }
}
