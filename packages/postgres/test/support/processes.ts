import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { StoreOptions } from '../../src/index.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What another process does with a store. */
export interface Order {
  readonly connection: string;
  readonly options: StoreOptions;
  /** The number of deliveries to put into the queue. */
  readonly enqueue?: number;
  /** The id of a delivery to record as received. The process then keeps running. */
  readonly record?: string;
  /** Starts a worker whose handler does not end. */
  readonly hang?: boolean;
}

/** Another process with a store. Its standard output says what it does. */
export class StoreProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #output = '';
  #errors = '';
  #isOver = false;
  #wake = () => {};

  constructor(order: Order, wrapper: readonly string[] = []) {
    const program = [process.execPath, here('run-typescript.mjs'), here('store-process.ts')];
    const [command = '', ...args] = [...wrapper, ...program, JSON.stringify(order)];
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
        this.#isOver = true;
        this.#wake();
        resolve();
      });
    });
    onTestFinished(async () => {
      this.signal('SIGKILL');
      await this.#ended;
    });
  }

  /** Wait until the process has printed a line. */
  async says(line: string): Promise<void> {
    while (!this.#output.split('\n').includes(line)) {
      if (this.#isOver) throw new Error(`It ended without "${line}":\n${this.#output}${this.#errors}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#isOver) this.#child.kill(signal);
  }

  async end(): Promise<void> {
    await this.#ended;
  }
}

/** Claim the due deliveries in another process, and kill it while its handlers run. */
export async function loseStore(order: Order): Promise<void> {
  const program = new StoreProcess({ ...order, hang: true });
  await program.says('began');
  program.signal('SIGKILL');
  await program.end();
}
