import { setTimeout as sleep } from 'node:timers/promises';

export interface Concurrency {
  readonly count: number;
  /** The maximum number of tasks that run at the same time. */
  readonly concurrency: number;
  /** The maximum number of tasks that start per second. `undefined` for no limit. */
  readonly rate: number | undefined;
  /** Once this is aborted, no more tasks start. */
  readonly signal: AbortSignal;
}

/** Run a task several times, with limits on concurrency and rate. */
export async function runConcurrently(
  { count, concurrency, rate, signal }: Concurrency,
  task: () => Promise<void>,
): Promise<void> {
  const start = performance.now();
  let started = 0;
  const work = async () => {
    while (started < count && !signal.aborted) {
      const index = started++;
      if (rate !== undefined) await until(start + (index * 1000) / rate, signal);
      if (!signal.aborted) await task();
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, work));
}

async function until(time: number, signal: AbortSignal): Promise<void> {
  const wait = time - performance.now();
  if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => {});
}
