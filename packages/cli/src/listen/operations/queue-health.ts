import type { DeliveryStore, StoreHealth } from '@spiderfoot-webhooks/core/stores';

/** Milliseconds for which a result is kept, because every client may request the health. */
const maxAge = 2000;

/** Return a function that reads the health of a store at most once in two seconds. */
export function cachedHealth(store: Pick<DeliveryStore, 'health'>): () => Promise<StoreHealth> {
  let latest: Promise<StoreHealth> | undefined;
  let since = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (latest === undefined || now - since > maxAge) {
      since = now;
      latest = store.health();
    }
    return latest;
  };
}
