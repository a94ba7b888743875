import type { Attempt } from './attempt.ts';

/**
 * The places of a worker. Each place is for one running delivery. The worker is `open` when it is created. While it is
 * `closing`, it waits for running deliveries. When it is `closed`, it has released the deliveries that were still running.
 */
export interface Places {
  readonly phase: 'open' | 'closing' | 'closed';
  /** Whether the worker still claims deliveries. */
  readonly isClaiming: boolean;
  /** Whether deliveries may be waiting in the queue. A new delivery must not overtake them. */
  backlog: boolean;
  /** The number of deliveries that the worker can take now. */
  free(): number;
  /** Note the time that the handlers of a delivery took, in milliseconds. */
  noteDuration(duration: number): void;
  /** Keep the worker busy until the reservation ends, and keep places for deliveries that are about to run. */
  reserve(count: number): Reservation;
  add(attempt: Attempt): void;
  remove(attempt: Attempt): void;
  /**
   * Return whether an attempt still has its place. If another process took over a delivery, and the delivery was replayed
   * and claimed again by this process, only its latest attempt has a place. The store cannot distinguish the two attempts,
   * because the number of the attempt is 1 again.
   */
  has(attempt: Attempt): boolean;
  attempts(): readonly Attempt[];
  keys(): readonly string[];
  /** @returns a promise that resolves when no delivery is running, or after the limit in milliseconds */
  close(limit: number | undefined): Promise<void>;
  /** @returns a promise that resolves when no reservation is left. Attempts may still be running */
  unreserved(): Promise<void>;
}

interface Reservation {
  /** Reserve more places. */
  add(count: number): void;
  end(): void;
}

/**
 * How many times `concurrency` deliveries a worker claims ahead. In the default configuration, one commit can then claim all
 * deliveries that it stores.
 */
const placesAhead = 8;

/** Milliseconds. If handlers take less on average, a delivery that is claimed ahead waits only a few milliseconds. */
const shortDuration = 1;

/** The options of {@link createPlaces}. */
interface PlacesOptions {
  readonly concurrency: number;
  /** Whether a closing worker claims deliveries until none is due. */
  readonly drains: boolean;
  /** Whether the worker claims more deliveries than it runs, while their handlers take less than a millisecond. */
  readonly claimsAhead: boolean;
}

/** Create the places of a worker. */
export function createPlaces({ concurrency, drains, claimsAhead }: PlacesOptions): Places {
  const running = new Map<string, Attempt>();
  /** A moving average of the latest durations. */
  let duration = shortDuration;
  let phase: Places['phase'] = 'open';
  let reservations = 0;
  let reserved = 0;
  let onIdle: (() => void) | undefined;
  let onUnreserved: (() => void) | undefined;

  function isClaiming(): boolean {
    return phase === 'open' || (drains && phase === 'closing');
  }

  function capacity(): number {
    return claimsAhead && duration < shortDuration ? concurrency * placesAhead : concurrency;
  }

  function notifyIfIdle(): void {
    if (reservations > 0) return;
    onUnreserved?.();
    if (running.size === 0) onIdle?.();
  }

  /** @param limit milliseconds */
  function idle(limit: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = limit === undefined ? undefined : setTimeout(resolve, limit);
      onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
      notifyIfIdle();
    });
  }

  return {
    get phase() {
      return phase;
    },
    get isClaiming() {
      return isClaiming();
    },
    backlog: true,
    free: () => (isClaiming() ? Math.max(0, capacity() - running.size - reserved) : 0),
    noteDuration(latest) {
      duration += (latest - duration) / 8;
    },
    reserve(count) {
      let own = count;
      reserved += count;
      reservations++;
      return {
        add(more) {
          own += more;
          reserved += more;
        },
        end() {
          reserved -= own;
          reservations--;
          notifyIfIdle();
        },
      };
    },
    add: (attempt) => void running.set(attempt.claim.key, attempt),
    remove(attempt) {
      if (running.get(attempt.claim.key) === attempt) running.delete(attempt.claim.key);
      notifyIfIdle();
    },
    has: (attempt) => running.get(attempt.claim.key) === attempt,
    attempts: () => [...running.values()],
    keys: () => [...running.keys()],
    async close(limit) {
      phase = 'closing';
      await idle(limit);
      phase = 'closed';
    },
    unreserved: () =>
      new Promise((resolve) => {
        onUnreserved = resolve;
        notifyIfIdle();
      }),
  };
}
