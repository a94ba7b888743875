import { maxTimerDelay } from '../../options/number-options.ts';
import { freezingPlatform } from '../../receiver/freezing-platform.ts';
import type { ProcessWork, QueuedResult, QueuedWork, Workers } from '../queued-attempt.ts';
import { retryDelay } from '../rules/backoff.ts';
import type { ReportDeadLetter } from '../rules/dead-letter.ts';
import { deadLetterOf } from '../rules/dead-letter.ts';

export interface LaneOptions {
  readonly concurrency: number;
  readonly maxAttempts: number;
  readonly baseDelay: number;
  readonly maxDelay: number;
}

/** The deliveries of one endpoint: those that wait, those that run, and those that wait for a retry. */
export interface Lane {
  /** The number of deliveries that wait for a worker, a retry or the next receiver. */
  readonly size: number;
  /** @returns a promise that resolves when the delivery is processed, rejected or given up */
  add(work: QueuedWork): Promise<void>;
  /** @returns `undefined` if the lane has workers already */
  start(process: ProcessWork, onDeadLetter?: ReportDeadLetter): Workers | undefined;
}

/** A delivery that waits for a worker. */
interface Waiting {
  begin(process: ProcessWork): void;
}

/** A delivery that waits for its next attempt. */
interface Retry {
  readonly work: QueuedWork;
  /** Resolves the promise that `waitUntil` got for this delivery. */
  readonly onSettled: () => void;
}

/**
 * Create the lane of one endpoint.
 * @param onGivenUp called with each delivery that is not attempted again
 */
export function createLane(
  { concurrency, maxAttempts, baseDelay, maxDelay }: LaneOptions,
  onGivenUp: (work: QueuedWork) => void,
): Lane {
  const waiting: Waiting[] = [];
  /** The deliveries that wait for a retry, by their timers. */
  const retries = new Map<ReturnType<typeof setTimeout>, Retry>();
  /** The deliveries whose retries closing did not wait for. The next receiver on this endpoint runs them. */
  const left: QueuedWork[] = [];
  let process: ProcessWork | undefined;
  let reportDeadLetter: ReportDeadLetter | undefined;
  let running = 0;
  let onIdle: (() => void) | undefined;

  function next(): void {
    while (process !== undefined && running < concurrency) {
      const first = waiting.shift();
      if (first === undefined) break;
      running++;
      first.begin(process);
    }
    if (running === 0) onIdle?.();
  }

  /**
   * Wait for a worker, then run the handlers. Each delivery waits in its own promise and is never run by the delivery
   * before it: Cloudflare runs code in the request that called it, and cancels it with that request.
   */
  async function enter(work: QueuedWork, onSettled: () => void): Promise<void> {
    const turn = new Promise<ProcessWork>((begin) => waiting.push({ begin }));
    next();
    const process = await (freezingPlatform() === undefined ? turn : awake(turn));
    settle(work, await process(work, { retryAt: retryAtOf(work) }), onSettled);
  }

  /** @returns a function that gives the time of the next attempt, or `undefined` after the last attempt */
  function retryAtOf({ attempt }: QueuedWork) {
    return (retryAfter: number | undefined) =>
      attempt < maxAttempts
        ? new Date(Date.now() + retryDelay(attempt, retryAfter, { baseDelay, maxDelay }))
        : undefined;
  }

  function settle(work: QueuedWork, result: QueuedResult, onSettled: () => void): void {
    running--;
    if (result.status === 'processed') onSettled();
    else retryOrGiveUp(work, result, onSettled);
    next();
  }

  function retryOrGiveUp(work: QueuedWork, result: QueuedResult, onSettled: () => void): void {
    const { status, retryAfter, nextAttempt = retryAtOf(work)(retryAfter) } = result;
    if (status === 'failed' && nextAttempt !== undefined) {
      retry(work, result, nextAttempt, onSettled);
      return;
    }
    onGivenUp(work);
    reportDeadLetter?.(deadLetterOf(work, result));
    onSettled();
  }

  function retry(
    work: QueuedWork,
    { succeeded }: QueuedResult,
    nextAttempt: Date,
    onSettled: () => void,
  ): void {
    const again = { work: { ...work, attempt: work.attempt + 1, succeeded }, onSettled };
    if (onIdle !== undefined) {
      leave(again);
      return;
    }
    const timer = setTimeout(
      () => {
        retries.delete(timer);
        void enter(again.work, onSettled);
      },
      // Outside these bounds, Node fires the timer at once and prints a warning.
      Math.min(Math.max(0, nextAttempt.getTime() - Date.now()), maxTimerDelay),
    );
    retries.set(timer, again);
  }

  /** Leave a retry to the next receiver, because closing does not wait for retries. */
  function leave({ work, onSettled }: Retry): void {
    left.push(work);
    onSettled();
  }

  return {
    get size() {
      return waiting.length + retries.size + left.length;
    },
    add(work) {
      return new Promise((onSettled) => {
        void enter(work, onSettled);
      });
    },
    start(processor, onDeadLetter) {
      if (process !== undefined) return undefined;
      process = processor;
      reportDeadLetter = onDeadLetter;
      next();
      return {
        async close() {
          for (const [timer, retry] of retries) {
            clearTimeout(timer);
            leave(retry);
          }
          retries.clear();
          await new Promise<void>((resolve) => {
            onIdle = resolve;
            next();
          });
          process = undefined;
          onIdle = undefined;
          for (const work of left.splice(0)) void enter(work, () => {});
        },
      };
    },
  };
}

/**
 * Cloudflare cancels a request that waits only for another request. A timer of its own keeps it alive until the promise
 * settles.
 */
async function awake<Value>(promise: Promise<Value>): Promise<Value> {
  const timer = setInterval(() => {}, 1000);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}
