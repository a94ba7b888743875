import type { DeliveryStore, StoreHealth } from '@spiderfoot-webhooks/core/stores';
import type { ObservableStore } from '@spiderfoot-webhooks/telemetry/health';

/** Milliseconds for which a result is kept, because every client may request the health. */
const maxAge = 2000;

/** Return a store for metrics and health checks that reads its health at most once in two seconds. */
export function withCachedHealth(store: Pick<DeliveryStore, 'health' | 'onCommit'>): ObservableStore {
  let latest: Promise<StoreHealth> | undefined;
  let since = Number.NEGATIVE_INFINITY;
  return {
    health() {
      const now = performance.now();
      if (latest === undefined || now - since > maxAge) {
        since = now;
        latest = store.health();
      }
      return latest;
    },
    ...(store.onCommit && { onCommit: store.onCommit }),
  };
}
