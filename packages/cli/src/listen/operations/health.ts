import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';

/** What `GET /health` tells of a receiver. */
export interface Health {
  readonly status: 'ok' | 'unavailable';
  /** That the process answers. */
  readonly live: true;
  /** That a delivery would be answered: nothing is being shut down, and the database can be read. */
  readonly ready: boolean;
  /** With a database. */
  readonly queue?: {
    readonly waiting: number;
    readonly running: number;
    /** Queued deliveries that wait for a retry. */
    readonly delayed: number;
    readonly dead: number;
    /** How long the oldest has been waiting; `null` where none waits. */
    readonly oldestSeconds: number | null;
  };
}

/** @returns what looks after the health; it never rejects */
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
