import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';

/** The response to `GET /health`. */
export interface Health {
  readonly status: 'ok' | 'unavailable';
  /** Whether the process responds. */
  readonly live: true;
  /** Whether the receiver accepts deliveries. `false` during shutdown, and if the store cannot be read. */
  readonly ready: boolean;
  /** Present if there is a store. */
  readonly queue?: {
    readonly waiting: number;
    readonly running: number;
    /** Queued deliveries that wait for a retry. */
    readonly delayed: number;
    readonly dead: number;
    /** How long the oldest queued delivery has been waiting. `null` if no delivery is waiting. */
    readonly oldestSeconds: number | null;
  };
}

/** Create a function that reads the health. The function never rejects. */
export function createHealth(
  isClosing: () => boolean,
  storeHealth: (() => Promise<StoreHealth>) | undefined,
): () => Promise<Health> {
  return async () => {
    if (isClosing()) return unavailable;
    if (storeHealth === undefined) return { status: 'ok', live: true, ready: true };
    try {
      const { ready, waiting, running, delayed, dead, oldest } = await storeHealth();
      if (!ready) return unavailable;
      const oldestSeconds = oldest === undefined ? null : Math.max(0, secondsSince(oldest));
      return {
        status: 'ok',
        live: true,
        ready: true,
        queue: { waiting, running, delayed, dead, oldestSeconds },
      };
    } catch {
      return unavailable;
    }
  };
}

const unavailable: Health = { status: 'unavailable', live: true, ready: false };

function secondsSince(time: Date): number {
  return Math.round((Date.now() - time.getTime()) / 1000);
}
