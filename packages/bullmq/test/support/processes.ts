import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { WebhookQueueOptions } from '../../src/index.ts';

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What another process does with a queue. */
export interface Order {
  readonly url: string;
  readonly options: WebhookQueueOptions;
  /** Run deliveries. A delivery with the target `poison` ends the process with SIGKILL. */
  readonly handler?: 'succeeds' | 'hangs';
  /** Milliseconds that a handler takes. */
  readonly duration?: number;
  /** The number of senders, which enqueue deliveries until the process ends. */
  readonly senders?: number;
  /** Print that a delivery is accepted before the queue has accepted it. */
  readonly answersFirst?: boolean;
}

/** A process and the lines that it prints. */
export class QueueProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #output = '';
  #errors = '';
  #hasEnded = false;

  constructor(order: Order) {
    const runner = pathOf('../../../sqlite/test/support/run-typescript.mjs');
    const args = [runner, pathOf('queue-process.ts'), JSON.stringify(order)];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', () => {
        this.#hasEnded = true;
        resolve();
      });
    });
    onTestFinished(() => this.kill());
  }

  /** The second word of each line that begins with a word. */
  ids(word: 'accepted' | 'began' | 'done'): readonly string[] {
    const lines = this.#output.split('\n').slice(0, -1);
    return lines.flatMap((line) => (line.startsWith(`${word} `) ? (line.split(' ')[1] ?? []) : []));
  }

  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get errors(): string {
    return this.#errors;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#child.kill(signal);
  }

  /** Wait until the process ends. */
  end(): Promise<void> {
    return this.#ended;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }
}
