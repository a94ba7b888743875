import type { MaybePromise } from '../../data/promises.ts';
import { maxTimerDelay } from '../../options/number-options.ts';
import { suspectFrom } from '../rules/suspects.ts';
import type { StoredDelivery } from '../stored-delivery.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Places } from './places.ts';
import type { Claim, Claimed, ClaimPlan, WorkerStore } from './worker-store.ts';

/** Claims deliveries from the store for the worker's free places. */
export interface Claiming {
  /** Look for due deliveries, because one may have become due. */
  wake(): void;
  /** Store a new delivery. If it need not wait, the transaction that stores it also claims it. */
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
  stop(): void;
}

/** The parts of the worker that {@link createClaiming} uses. */
export interface ClaimingContext {
  readonly store: WorkerStore;
  readonly places: Places;
  readonly leases: LeaseKeeper;
  readonly maxAttempts: number;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  /** Run claimed deliveries. */
  begin(claims: readonly Claim[]): void;
}

/** Milliseconds until the worker retries after a write to the store has failed. */
export const unwritablePause = 500;

export function createClaiming(context: ClaimingContext): Claiming {
  const { store, places, leases, maxAttempts, now, onError, begin } = context;
  let isClaiming = false;
  /** Whether a delivery may have become due since the store began to claim. */
  let isOutdated = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function wake(): void {
    if (isClaiming) {
      isOutdated = true;
      return;
    }
    if (places.free() === 0) {
      // A delivery that has become due gets the next free place. Otherwise, a new one could take it first.
      places.backlog = true;
      return;
    }
    isClaiming = true;
    claim();
  }

  function claim(): void {
    const reservation = places.reserve(0);
    let wanted = 0;

    function plan(): ClaimPlan {
      isOutdated = false;
      const takeOver = leases.takeOver();
      // Count the free places only now, because new deliveries or closing may have used places in the meantime.
      wanted = places.free();
      reservation.add(wanted);
      const time = now();
      return {
        ...{ places: wanted, now: time, leaseUntil: leases.until(time), held: places.keys() },
        ...{ takeOver, suspectFrom: suspectFrom(maxAttempts), maxAttempts },
      };
    }

    function accept({ claims, nextDue }: Claimed): void {
      isClaiming = false;
      begin(claims);
      reservation.end();
      // If a delivery was queued in the meantime, this claim may have missed it.
      places.backlog = claims.length === wanted || isOutdated;
      if (places.backlog) wake();
      else if (nextDue !== undefined) sleep(Math.max(0, nextDue - now()) + 1);
    }

    function fail(error: unknown): void {
      isClaiming = false;
      reservation.end();
      onError(error);
      sleep(unwritablePause);
    }

    resolveNow(() => store.claim(plan), accept, fail);
  }

  /** Sleep until the next delivery is due. Polling finds deliveries that other processes queue before that. */
  function sleep(delay: number): void {
    clearTimeout(timer);
    if (places.phase !== 'open' || delay >= leases.pollInterval) return;
    timer = setTimeout(wake, Math.min(delay, maxTimerDelay));
  }

  async function enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'> {
    const reservation = !places.backlog && places.free() > 0 ? places.reserve(1) : undefined;
    let stored: Claim | 'accepted' | 'duplicate' = 'duplicate';
    try {
      // An earlier delivery may have been queued since this one got its place. This one must not overtake it.
      const mayClaim = () => reservation !== undefined && places.isClaiming && !places.backlog;
      stored = await store.enqueue(delivery, mayClaim);
      if (typeof stored === 'object') begin([stored]);
    } finally {
      reservation?.end();
    }
    if (stored === 'accepted') {
      places.backlog = true;
      wake();
    }
    return stored === 'duplicate' ? stored : 'accepted';
  }

  return { wake, enqueue, stop: () => clearTimeout(timer) };
}

/**
 * Call a function and use its result. If the result is not a promise, it is used synchronously, because on Cloudflare a
 * request must not wait for a promise of another request.
 */
function resolveNow<Value>(
  call: () => MaybePromise<Value>,
  onValue: (value: Value) => void,
  onError: (error: unknown) => void,
): void {
  let value: MaybePromise<Value>;
  try {
    value = call();
  } catch (error) {
    onError(error);
    return;
  }
  if (value instanceof Promise) value.then(onValue, onError);
  else onValue(value);
}
