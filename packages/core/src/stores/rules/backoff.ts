import { readRetryAfter } from '../../handlers/retry-after.ts';

/** Limits of the delays between attempts, in milliseconds. */
export interface Backoff {
  /** The longest delay before the first retry. It doubles with each retry. */
  readonly baseDelay: number;
  /** The longest delay before any retry, unless a handler asks for a longer delay. */
  readonly maxDelay: number;
}

/**
 * Return the delay before the next attempt, in milliseconds: exponential backoff with full jitter, so that deliveries
 * that failed together are not retried together. A wait that a handler asked for is a lower bound, which `maxDelay`
 * does not shorten.
 * @param failures the number of failed attempts, 1 or more
 * @param retryAfter the wait that a handler asked for, in seconds (`QueuedResult.retryAfter`). It is limited to a
 *   day, and ignored if it is not a positive number.
 * @returns whole milliseconds
 * @example
 * const due = Date.now() + retryDelay(1, result.retryAfter, { baseDelay: 1000, maxDelay: 3_600_000 });
 */
export function retryDelay(
  failures: number,
  retryAfter: number | undefined,
  { baseDelay, maxDelay }: Backoff,
): number {
  const asked = (readRetryAfter(retryAfter) ?? 0) * 1000;
  const drawn = Math.random() * Math.min(maxDelay, baseDelay * 2 ** (failures - 1));
  return Math.round(Math.max(asked, drawn));
}
