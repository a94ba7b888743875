import type { DeliveryStore, StoreHealth } from '@spiderfoot-webhooks/core/stores';
import { remembered } from '../overview/remembered.ts';

/** Return a function that reads the numbers of the queue. Each page needs them, so they are kept for a while. */
export function createQueueNumbers(store: DeliveryStore): () => Promise<StoreHealth | undefined> {
  if (!store.capabilities.has('health')) return async () => undefined;
  const read = remembered(() => store.health(), String);
  return async () => {
    try {
      const health = await read(undefined);
      return health.ready ? health : undefined;
    } catch {
      // The page shows its own error, if it needs the store.
      return undefined;
    }
  };
}
