import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import type { QueuedResult, QueuedWork } from '@spiderfoot-webhooks/core/stores';
import { expect, onTestFinished } from 'vitest';
import type { Store, StoreOptions } from '../../src/index.ts';
import { until } from './temporary-files.ts';
import { secret, type Webhook } from './webhooks.ts';

/** Short waits, so that a test reaches their end. */
export const quick: StoreOptions = { baseDelay: 1, maxDelay: 5, pollInterval: 20, closeTimeout: 1000 };

export const receive = (queue: Store, endpoint = 'default'): Receiver => {
  const receiver = createReceiver({ secret, endpoint, queue });
  onTestFinished(() => receiver.close());
  return receiver;
};

export const done = (work: QueuedWork): QueuedResult => ({
  status: 'processed',
  succeeded: work.succeeded,
  failures: [],
});
export const failed = (): QueuedResult => ({ status: 'failed', succeeded: [], failures: [], error: 'down' });

/** Create a handler that waits until it is released. */
export function createGate() {
  const waiting: (() => void)[] = [];
  let running = 0;
  let most = 0;
  return {
    async pass() {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => waiting.push(resolve));
      running--;
    },
    release: (count = 1) => {
      for (const resolve of waiting.splice(0, count)) resolve();
    },
    running: () => running,
    most: () => most,
  };
}

export async function untilState(store: Store, { id }: Pick<Webhook, 'id'>, state: string) {
  await until(async () => expect((await store.get(id))?.state).toBe(state));
  return store.get(id);
}
