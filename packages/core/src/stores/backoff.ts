import { readRetryAfter } from '../retry-after.ts';

/** The delays between two attempts at a delivery, in milliseconds. */
export interface Backoff {
  /** The longest delay before the first retry; it doubles with each further one. */
  readonly baseDelay: number;
  /** The longest delay before any retry, unless a handler asks for a longer one. */
  readonly maxDelay: number;
}

/**
 * How long a delivery waits for its next attempt: exponential backoff with full jitter, so that deliveries which failed
 * together do not come back together. A wait that a handler asks for is a lower bound, `maxDelay` does not shorten it.
 * @param failures how many attempts have failed, 1 or more
 * @param retryAfter seconds that a handler has asked for: `QueuedResult.retryAfter`. At most a day counts; what is not a
 *   positive number counts as not asked for.
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
