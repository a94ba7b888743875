import { fileURLToPath } from 'node:url';
import { Process, runTypeScript } from '../../../../test/support/child-process.ts';
import type { WebhookQueueOptions } from '../../src/index.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

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

/** A process with a queue, which prints what happens to each delivery. */
export class QueueProcess extends Process {
  constructor(order: Order) {
    super(process.execPath, runTypeScript(here('queue-process.ts'), JSON.stringify(order)), here('.'));
  }

  /** The second word of each line that begins with a word. */
  ids(word: 'accepted' | 'began' | 'done'): readonly string[] {
    return this.lines.flatMap((line) => (line.startsWith(`${word} `) ? (line.split(' ')[1] ?? []) : []));
  }
}
