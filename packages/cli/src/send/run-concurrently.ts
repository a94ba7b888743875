import { setTimeout as sleep } from 'node:timers/promises';

export interface Concurrency {
  readonly count: number;
  /** How many are under way at once, at the most. */
  readonly concurrency: number;
  /** How many begin in a second, at the most; `undefined` for as many as can. */
  readonly rate: number | undefined;
  /** Aborted: no further one begins. */
  readonly signal: AbortSignal;
}

/** Does a thing many times, several at once, at a pace. */
export async function runConcurrently(
  { count, concurrency, rate, signal }: Concurrency,
  one: () => Promise<void>,
): Promise<void> {
  const start = performance.now();
  let begun = 0;
  const work = async () => {
    while (begun < count && !signal.aborted) {
      const index = begun++;
      if (rate !== undefined) await until(start + (index * 1000) / rate, signal);
      if (!signal.aborted) await one();
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, work));
}

async function until(time: number, signal: AbortSignal): Promise<void> {
  const wait = time - performance.now();
  if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => {});
}
