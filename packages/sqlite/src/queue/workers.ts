import type {
  ProcessWork,
  QueuedResult,
  ReportDeadLetter,
  StoredDelivery,
  Workers,
} from '@spiderfoot-webhooks/core/stores';
import { deadLetterOf } from '@spiderfoot-webhooks/core/stores';
import type { Commits } from '../database/group-commit.ts';
import type { Reports } from '../logger-messages.ts';
import type { StoreSettings } from '../options.ts';
import type { Buried, Claim, Claims } from './claims.ts';
import type { Clock } from './clock.ts';
import { createIdle } from './idle.ts';
import type { Settled } from './settlement.ts';

export type WorkerOptions = Pick<StoreSettings, 'concurrency' | 'lease' | 'pollInterval' | 'closeTimeout'>;

/** The workers of one endpoint in this process. */
export interface Lane extends Workers {
  /** Told that something may have become due. */
  wake(): void;
  /** Put a delivery into the queue. If it need not wait, the write that stores it also claims it. */
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
}

/** Milliseconds until another try, where the file cannot be written. */
const unwritablePause = 500;

export function createLane(
  claims: Claims,
  process: ProcessWork,
  commits: Commits,
  clock: Clock,
  { concurrency, lease, pollInterval, closeTimeout }: WorkerOptions,
  reports: Reports,
  onDeadLetter: ReportDeadLetter = () => false,
): Lane {
  const running = new Map<number, Claim>();
  let claiming = false;
  /** Places kept for deliveries that are being stored, and for those that are claimed and about to begin. */
  let kept = 0;
  let arriving = 0;
  /** Whether others wait already: what comes later must not overtake them. */
  let backlog = true;
  let closing = false;
  /** Whether closing has released the deliveries that it did not wait for. */
  let released = false;
  let timer: NodeJS.Timeout | undefined;
  let ending: Promise<void> | undefined;
  /** Until when ended leases are not believed, on the monotonic clock: their owners' clock has jumped as well. */
  let suspicion = 0;

  /** What is being claimed, or stored, at this moment is about to run. */
  const idle = createIdle(() => running.size > 0 || claiming || kept > 0);
  const heartbeat = setInterval(keepAlive, lease / 3);
  const polling = setInterval(() => {
    tidy();
    wake();
  }, pollInterval);
  tidy();
  wake();

  function freePlaces(): number {
    return closing ? 0 : Math.max(0, concurrency - running.size - kept - arriving);
  }

  function held(): readonly number[] {
    return [...running.keys()];
  }

  async function enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'> {
    const atOnce = !backlog && freePlaces() > 0;
    if (atOnce) kept++;
    try {
      const stored = await commits.write(
        () =>
          (atOnce && !closing ? claims.claimNew(delivery, clock.now()) : undefined) ??
          claims.enqueue(delivery, clock.now()),
      );
      if (typeof stored !== 'string') begin(stored);
      else if (stored === 'accepted') {
        backlog = true;
        wake();
      }
      return stored === 'duplicate' ? stored : 'accepted';
    } finally {
      if (atOnce) kept--;
      idle.rest();
    }
  }

  function wake(): void {
    if (claiming) return;
    if (freePlaces() === 0) {
      // What has become due takes the next place: a new delivery that came at the right moment would have it otherwise.
      backlog = true;
      return;
    }
    claiming = true;
    commits.writeLast(claim).then(
      ({ claimed, free, due }) => {
        claiming = false;
        arriving = 0;
        claimed.forEach(begin);
        backlog = claimed.length === free;
        if (backlog) wake();
        else if (due !== undefined) sleepFor(Math.max(0, due - clock.now()) + 1);
        idle.rest();
      },
      (error) => {
        claiming = false;
        arriving = 0;
        reports.error(error);
        sleepFor(unwritablePause);
        idle.rest();
      },
    );
  }

  function claim() {
    watchClock();
    arriving = 0;
    // Counted only now: what has been stored since this was asked for has taken places, and closing has taken all.
    const free = freePlaces();
    const now = clock.now();
    const claimed = free === 0 ? [] : claims.claim(free, now, held(), takeOver());
    arriving = claimed.length;
    // Until the next one is due; the polling finds what others put in before that, and what is due but not to be had
    // now.
    return { claimed, free, due: claims.nextDue(now) };
  }

  function watchClock(): void {
    if (!clock.jumped()) return;
    suspicion = performance.now() + lease;
    claims.extend(held(), clock.now());
  }

  function takeOver() {
    if (performance.now() < suspicion) return 'none';
    return [...running.values()].some(({ suspect }) => suspect) ? 'some' : 'all';
  }

  function begin(claimed: Claim): void {
    running.set(claimed.number, claimed);
    void work(claimed);
  }

  async function work(claimed: Claim): Promise<void> {
    const retryAt = (retryAfter: number | undefined) => claims.retryAt(claimed, retryAfter, clock.now());
    const result = await process(claimed.work, { retryAt });
    // The delivery was released and the file may be closed. The next process runs the delivery again.
    if (released) return;
    const settled = await settle(claimed, result);
    if (settled === 'dead' || settled === 'rejected') {
      reportDead({ number: claimed.number, letter: deadLetterOf(claimed.work, result) });
    }
    if (isHeld(claimed)) running.delete(claimed.number);
    // What failed has a time of its own at which it is due.
    if (backlog || result.status === 'failed') wake();
    idle.rest();
  }

  /**
   * It may have been lost to another, replayed, and claimed anew: attempts begin at 1 again by that, and the lease is
   * the same, so the file alone cannot tell the two.
   */
  function isHeld(claimed: Claim): boolean {
    return running.get(claimed.number) === claimed;
  }

  /** What has been done is not forgotten because the disk is full: its place stays taken until it is written. */
  async function settle(claimed: Claim, result: QueuedResult): Promise<Settled | undefined> {
    // Where nobody waits for the place, the next arrival's commit takes it along.
    const write = backlog || freePlaces() === 0 ? commits.write : commits.writeLater;
    for (;;) {
      try {
        return await write(() => (isHeld(claimed) ? claims.settle(claimed, result, clock.now()) : undefined));
      } catch (error) {
        reports.error(error);
        if (closing) return undefined;
        await new Promise((resolve) => setTimeout(resolve, unwritablePause));
      }
    }
  }

  function sleepFor(delay: number): void {
    clearTimeout(timer);
    if (!closing && delay < pollInterval) timer = setTimeout(wake, delay);
  }

  function keepAlive(): void {
    if (running.size === 0) return;
    const numbers = held();
    commits.write(() => claims.extend(numbers, clock.now())).catch(reports.error);
  }

  function tidy(): void {
    commits
      .write(() => {
        watchClock();
        return claims.tidy(clock.now(), held(), takeOver() !== 'none');
      })
      .then((buried) => buried.forEach(reportDead))
      .catch(reports.error);
  }

  /** Report a dead letter once: to the receiver, or to the store's logger if the receiver has none. */
  function reportDead(buried: Buried): void {
    if (!onDeadLetter(buried.letter)) reports.dead(buried);
  }

  async function end(): Promise<void> {
    closing = true;
    clearTimeout(timer);
    clearInterval(polling);
    await idle.within(closeTimeout);
    clearInterval(heartbeat);
    const numbers = held();
    if (numbers.length > 0) await commits.write(() => claims.release(numbers)).catch(reports.error);
    released = true;
  }

  return {
    wake,
    enqueue,
    close() {
      ending ??= end();
      return ending;
    },
  };
}
