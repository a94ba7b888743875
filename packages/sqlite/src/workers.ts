import type { ProcessWork, QueuedResult, StoredDelivery, Workers } from '@spiderfoot-webhooks/core';
import type { Claim, Claims } from './claims.ts';
import type { Clock } from './clock.ts';
import type { Commits } from './commits.ts';

export interface WorkerOptions {
  /** How many deliveries of an endpoint are worked on at once. */
  readonly concurrency: number;
  /** Milliseconds. */
  readonly lease: number;
  /** Milliseconds between two looks at what other processes have put into the queue. */
  readonly pollInterval: number;
  /** Milliseconds that closing waits for what runs. */
  readonly closeTimeout: number;
}

/** The workers of one endpoint in this process. */
export interface Lane extends Workers {
  /** Told that something may have become due. */
  wake(): void;
  /** Puts a delivery into the queue; one that need not wait is claimed by the write that stores it. */
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
}

/** Milliseconds until another try, where the file cannot be written. */
const pause = 500;

export function createLane(
  claims: Claims,
  process: ProcessWork,
  commits: Commits,
  clock: Clock,
  { concurrency, lease, pollInterval, closeTimeout }: WorkerOptions,
  onError: (error: unknown) => void,
): Lane {
  const running = new Map<number, Claim>();
  let claiming = false;
  /** Places kept for deliveries that are being stored. */
  let kept = 0;
  /** Whether others wait already: what comes later must not overtake them. */
  let backlog = true;
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  let onIdle: (() => void) | undefined;
  /** Until when ended leases are not believed, on the monotonic clock: their owners' clock has jumped as well. */
  let suspicion = 0;

  const heartbeat = setInterval(keepAlive, lease / 3);
  const polling = setInterval(() => {
    tidy();
    wake();
  }, pollInterval);
  tidy();
  wake();

  function freePlaces(): number {
    return closing ? 0 : concurrency - running.size - kept;
  }

  async function enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'> {
    const atOnce = !backlog && freePlaces() > 0;
    if (atOnce) kept++;
    try {
      const stored = await commits.write(
        () => (atOnce ? claims.claimNew(delivery, clock.now()) : undefined) ?? claims.enqueue(delivery),
      );
      if (typeof stored !== 'string') begin(stored);
      else if (stored === 'accepted') wake();
      return typeof stored === 'string' ? stored : 'accepted';
    } finally {
      if (atOnce) kept--;
    }
  }

  function wake(): void {
    const free = freePlaces();
    if (claiming || free <= 0) return;
    claiming = true;
    commits
      .writeLast(() => claim(free))
      .then(
        ({ claimed, due }) => {
          claiming = false;
          claimed.forEach(begin);
          backlog = claimed.length === free;
          if (backlog) wake();
          else if (due !== undefined) sleepFor(Math.max(0, due - clock.now()) + 1);
        },
        (error) => {
          claiming = false;
          onError(error);
          sleepFor(pause);
        },
      );
  }

  function claim(free: number) {
    if (clock.jumped()) {
      suspicion = performance.now() + lease;
      claims.extend([...running.keys()], clock.now());
    }
    const claimed = claims.claim(free, clock.now(), performance.now() >= suspicion);
    // Until the next one is due; the polling finds what others put in before that.
    return { claimed, due: claims.nextDue() };
  }

  function begin(claimed: Claim): void {
    running.set(claimed.number, claimed);
    void work(claimed);
  }

  async function work(claimed: Claim): Promise<void> {
    const result = await process(claimed.work);
    await settle(claimed, result);
    running.delete(claimed.number);
    if (running.size === 0) onIdle?.();
    wake();
  }

  /** What has been done is not forgotten because the disk is full: its place stays taken until it is written. */
  async function settle(claimed: Claim, result: QueuedResult): Promise<void> {
    for (;;) {
      try {
        await commits.write(() => claims.settle(claimed, result, clock.now()));
        return;
      } catch (error) {
        onError(error);
        if (closing) return;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  function sleepFor(delay: number): void {
    clearTimeout(timer);
    if (!closing && delay < pollInterval) timer = setTimeout(wake, delay);
  }

  function keepAlive(): void {
    if (running.size === 0) return;
    const numbers = [...running.keys()];
    commits.write(() => claims.extend(numbers, clock.now())).catch(onError);
  }

  function tidy(): void {
    commits.write(() => claims.tidy(clock.now())).catch(onError);
  }

  return {
    wake,
    enqueue,
    async close() {
      if (closing) return;
      closing = true;
      clearTimeout(timer);
      clearInterval(polling);
      if (running.size > 0) await idleWithin(closeTimeout);
      clearInterval(heartbeat);
      const numbers = [...running.keys()];
      if (numbers.length > 0) await commits.write(() => claims.release(numbers)).catch(onError);
    },
  };

  function idleWithin(limit: number): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, limit);
      onIdle = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }
}
