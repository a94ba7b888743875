import { onTestFinished } from 'vitest';
import type { WebhookQueue } from '../../src/index.ts';
import { createDelivery } from './deliveries.ts';
import { sleep } from './until.ts';

/** Senders that enqueue deliveries until they are stopped. */
export interface Load {
  /** The ids of the deliveries that the queue has accepted. */
  readonly accepted: readonly string[];
  /** The errors with which the queue has rejected deliveries. */
  readonly errors: readonly unknown[];
  /** Stop the senders, and wait for their last deliveries. */
  stop(): Promise<void>;
}

export function startLoad(queue: WebhookQueue, { senders = 16, bodySize = 100 } = {}): Load {
  const accepted: string[] = [];
  const errors: unknown[] = [];
  let isStopped = false;
  onTestFinished(() => {
    isStopped = true;
  });

  async function send(): Promise<void> {
    while (!isStopped) {
      const delivery = createDelivery({ body: Buffer.alloc(bodySize, 'x') });
      try {
        await queue.enqueue(delivery);
        accepted.push(delivery.id);
      } catch (error) {
        errors.push(error);
        await sleep(5);
      }
    }
  }
  const running = Array.from({ length: senders }, send);
  return {
    accepted,
    errors,
    async stop() {
      isStopped = true;
      await Promise.all(running);
    },
  };
}
