import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { environment, root } from './workspace.ts';

export interface ProgramOptions {
  /** @default the kit's own folder */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** For its standard input. */
  readonly input?: string;
  /** Milliseconds after which it hangs. @default 60000 */
  readonly patience?: number;
}

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<Program>();
// A test run that breaks off must not leave a server behind.
process.once('exit', () => stopPrograms());

/** Kills what still runs of the programs that were started here, with all that they have started. */
export function stopPrograms(): void {
  for (const program of running) program.kill();
}

/** A program in a process group of its own, and what it says. */
export class Program {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<Ending>;
  /** Long enough for a busy machine to start a program, short enough to tell "hangs" from "starts". */
  readonly #patience: number;
  #stdout = '';
  #stderr = '';
  #over = false;
  #wake: () => void = () => {};

  constructor(
    command: string,
    args: readonly string[],
    { cwd = root, env = {}, input = '', patience = 60_000 }: ProgramOptions = {},
  ) {
    this.#patience = patience;
    // A process group of its own: what npx starts can be killed with it.
    this.#child = spawn(command, args, { cwd, env: environment(env), detached: true });
    running.add(this);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      // 'close' and not 'exit': after it nothing more is to be read.
      this.#child.once('close', (code, signal) => {
        running.delete(this);
        this.#over = true;
        this.#wake();
        resolve({ code, signal });
      });
    });
    this.#ended.catch(() => {});
    // A program that does not read, or has ended, is no fault of the test's.
    this.#child.stdin.on('error', () => {}).end(input);
  }

  /** What it has written to standard output so far, whole lines only. */
  get lines(): readonly string[] {
    return this.#stdout.split('\n').slice(0, -1);
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Both outputs. */
  get output(): string {
    return `${this.#stdout}\n${this.#stderr}`;
  }

  /** Waits for text on either output. Fails where the program ends without it. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found !== null) return found;
      if (this.#over) throw new Error(`Ended without ${pattern}:\n${this.output}`);
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await this.#bounded(woken, `to say ${pattern}`);
    }
  }

  end(): Promise<Ending> {
    return this.#bounded(this.#ended, 'to end');
  }

  /** To the program alone, as a process manager does it, or to its whole group, as a terminal does. */
  signal(signal: NodeJS.Signals, whom: 'program' | 'group' = 'program'): void {
    const { pid } = this.#child;
    if (pid !== undefined) process.kill(whom === 'group' ? -pid : pid, signal);
  }

  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  }

  async #bounded<Value>(promise: Promise<Value>, what: string): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const hang = () => reject(new Error(`Hangs: took too long ${what}:\n${this.output}`));
      timer = setTimeout(hang, this.#patience);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }
}

/** A program that has ended. */
export interface Ended extends Ending {
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly output: string;
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options?: ProgramOptions,
): Promise<Ended> {
  const program = new Program(command, args, options);
  const ending = await program.end();
  return { ...ending, lines: program.lines, stderr: program.stderr, output: program.output };
}
