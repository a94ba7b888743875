import { type ChildProcess, spawn } from 'node:child_process';

/** Milliseconds in which a server must start, on a busy machine. */
const startTimeout = 60_000;

/** Milliseconds after which a server that ignores SIGTERM is killed. */
const stopTimeout = 10_000;

const running = new Set<ServerProcess>();
// An aborted test run must not leave a server running.
process.once('exit', () => {
  for (const server of running) server.signal('SIGKILL');
});

/** A process of a server, and its output. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #output = '';
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#wake();
      });
    }
    this.#ended = new Promise((resolve) => {
      const end = () => {
        running.delete(this);
        this.#hasEnded = true;
        this.#wake();
        resolve();
      };
      this.#child.once('error', end).once('close', end);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Wait until the server has printed a text. @throws Error if it ends first, or takes too long */
  async prints(pattern: RegExp): Promise<void> {
    const end = performance.now() + startTimeout;
    while (!pattern.test(this.#output)) {
      if (this.#hasEnded || performance.now() > end) {
        throw new Error(`The server did not print ${pattern}:\n${this.#output}`);
      }
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, 1000);
      });
      clearTimeout(timer);
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#child.kill(signal);
  }

  /** Kill the process with SIGKILL, even if it is paused, and wait for its end. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }

  /** Ask the process to end, and wait for its end. */
  async stop(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), stopTimeout);
    await this.#ended;
    clearTimeout(timer);
  }
}
