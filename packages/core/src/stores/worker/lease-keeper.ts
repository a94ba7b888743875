import type { DeadLetter } from '../rules/dead-letter.ts';
import type { Attempt } from './attempt.ts';
import { createClock } from './clock.ts';
import type { Places } from './places.ts';
import type { ClaimPlan, Leases } from './worker-store.ts';

/** Renews the leases of running deliveries, and decides which expired leases are reliable. */
export interface LeaseKeeper {
  /** Milliseconds between two checks for deliveries that other processes have put into the queue. */
  readonly pollInterval: number;
  takeOver(): ClaimPlan['takeOver'];
  /** Return the end of a lease that begins now. */
  until(now: number): number;
  /** Stop looking for deliveries of other processes, but keep renewing the leases of running deliveries. */
  stopPolling(): void;
  stop(): void;
}

/** The parts of the worker that {@link createLeaseKeeper} uses. */
export interface LeaseContext {
  readonly places: Places;
  readonly maxAttempts: number;
  readonly now: () => number;
  readonly onDeadLetter: (letter: DeadLetter, key: string) => void;
  readonly onError: (error: unknown) => void;
  /** Look for due deliveries. */
  readonly wake: () => void;
}

/** For a store without leases. It sets no timers, because a Cloudflare worker must not set a timer while it is loaded. */
export const noLeases: LeaseKeeper = {
  pollInterval: Number.POSITIVE_INFINITY,
  takeOver: () => 'none',
  until: () => 0,
  stopPolling() {},
  stop() {},
};

export function createLeaseKeeper(leases: Leases, context: LeaseContext): LeaseKeeper {
  const { places, maxAttempts, now, onDeadLetter, onError, wake } = context;
  const { duration, pollInterval } = leases;
  // Each worker has its own clock, so that it sees each jump once.
  const clock = createClock(now);
  /**
   * The end of the time in which expired leases are not reliable, on the monotonic clock. If the wall clock has jumped, it
   * has also jumped for the owners of the leases.
   */
  let unreliableUntil = 0;
  const heartbeat = setInterval(() => void renew(), duration / 3);
  const polling = setInterval(() => {
    void tidy();
    wake();
  }, pollInterval);
  void tidy();

  function areExpiriesReliable(): boolean {
    if (clock.jumped()) {
      unreliableUntil = performance.now() + duration;
      void renew();
    }
    return performance.now() >= unreliableUntil;
  }

  async function renew(): Promise<void> {
    let renewed: readonly Attempt[] = places.attempts();
    if (renewed.length === 0) return;
    try {
      const keys = await leases.extend(() => {
        renewed = places.attempts();
        return { keys: places.keys(), leaseUntil: now() + duration };
      });
      const kept = new Set(keys);
      for (const attempt of renewed) {
        if (!kept.has(attempt.claim.key)) attempt.abort(lostMessage);
      }
    } catch (error) {
      onError(error);
    }
  }

  async function tidy(): Promise<void> {
    try {
      const lost = await leases.tidy(() => ({
        ...{ now: now(), held: places.keys(), maxAttempts },
        areExpiriesReliable: areExpiriesReliable(),
      }));
      for (const { key, letter } of lost) onDeadLetter(letter, key);
    } catch (error) {
      onError(error);
    }
  }

  return {
    pollInterval,
    takeOver() {
      if (!areExpiriesReliable()) return 'none';
      return places.attempts().some(({ claim }) => claim.isSuspect) ? 'unsuspected' : 'all';
    },
    until: (time) => time + duration,
    stopPolling: () => clearInterval(polling),
    stop: () => clearInterval(heartbeat),
  };
}

const lostMessage =
  'This attempt no longer counts. Its lease has expired, and another process may be handling the delivery.';
