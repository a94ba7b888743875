import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { environment, root } from './workspace.ts';

export interface ProgramOptions {
  /** @default the folder of the repository */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its standard input. */
  readonly input?: string;
  /** Milliseconds after which a wait for the program fails. @default 60000 */
  readonly timeout?: number;
}

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<Program>();
// An aborted test run must not leave a server running.
process.once('exit', () => stopPrograms());

/** Kills all running programs that this process has started, with their child processes. */
export function stopPrograms(): void {
  for (const program of running) program.kill();
}

/** A program in its own process group, and its output. */
export class Program {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<Ending>;
  /** Long enough for a busy machine to start a program, and short enough to detect a hang. */
  readonly #timeout: number;
  #stdout = '';
  #stderr = '';
  #over = false;
  #wake: () => void = () => {};

  constructor(
    command: string,
    args: readonly string[],
    { cwd = root, env = {}, input = '', timeout = 60_000 }: ProgramOptions = {},
  ) {
    this.#timeout = timeout;
    // The process group allows the test to kill the child processes of npx too.
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
      // After 'exit', output can still arrive. After 'close', it cannot.
      this.#child.once('close', (code, signal) => {
        running.delete(this);
        this.#over = true;
        this.#wake();
        resolve({ code, signal });
      });
    });
    this.#ended.catch(() => {});
    // Ignore the error if the program does not read its input or has exited.
    this.#child.stdin.on('error', () => {}).end(input);
  }

  /** The complete lines that it has written to standard output. */
  get lines(): readonly string[] {
    return this.#stdout.split('\n').slice(0, -1);
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Standard output and standard error. */
  get output(): string {
    return `${this.#stdout}\n${this.#stderr}`;
  }

  /** Waits for text in the output. @throws Error if the program ends without it */
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

  /** Signals only the program, like a process manager, or its process group, like a terminal. */
  signal(signal: NodeJS.Signals, recipient: 'program' | 'group' = 'program'): void {
    const { pid } = this.#child;
    if (pid !== undefined) process.kill(recipient === 'group' ? -pid : pid, signal);
  }

  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The group has already exited.
    }
  }

  async #bounded<Value>(promise: Promise<Value>, action: string): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const hang = () => reject(new Error(`Hangs: took too long ${action}:\n${this.output}`));
      timer = setTimeout(hang, this.#timeout);
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
