import type { DeadLetter } from '../rules/dead-letter.ts';
import type { Attempt } from './attempt.ts';
import { createClock } from './clock.ts';
import type { Places } from './places.ts';
import type { ClaimPlan, Leases } from './worker-store.ts';

/** Renews the leases of running deliveries, and decides which expired leases can be believed. */
export interface LeaseKeeper {
  /** Milliseconds between two looks for what other processes have put into the queue. */
  readonly pollInterval: number;
  takeOver(): ClaimPlan['takeOver'];
  /** The end of a lease that begins now. */
  until(now: number): number;
  /** Look no more for other processes' deliveries, but renew the leases of running ones. */
  stopPolling(): void;
  stop(): void;
}

/** What {@link createLeaseKeeper} needs of its worker. */
export interface LeaseContext {
  readonly places: Places;
  readonly maxAttempts: number;
  readonly now: () => number;
  readonly onDeadLetter: (letter: DeadLetter, key: string) => void;
  readonly onError: (error: unknown) => void;
  /** Look for due deliveries. */
  readonly wake: () => void;
}

/** For a store without leases, which needs no timers. On Cloudflare, a worker must not set one when it is loaded. */
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
  // A clock of its own, so that each worker sees a jump once.
  const clock = createClock(now);
  /** Until when expired leases are not believed, on the monotonic clock: the clock of their owners has jumped too. */
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
  'This attempt no longer counts: its lease has expired, and another process may be handling the delivery';
