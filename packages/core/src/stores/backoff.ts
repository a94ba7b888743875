/** The waits between two tries of a delivery, in milliseconds. */
export interface Backoff {
  /** What the first retry waits at the most; each further one waits up to twice as long. */
  readonly baseDelay: number;
  /** What no wait exceeds, one that a handler has asked for included. */
  readonly maxDelay: number;
}

/**
 * How long a delivery waits for its next try: exponential, and drawn between 0 and that, so that what failed together does
 * not come back together.
 * @param failures how many tries have failed, 1 or more
 * @param retryAfter seconds that a handler has asked for: `QueuedResult.retryAfter`
 * @returns whole milliseconds
 * @example
 * const due = Date.now() + retryDelay(1, result.retryAfter, { baseDelay: 1000, maxDelay: 3_600_000 });
 */
export function retryDelay(
  failures: number,
  retryAfter: number | undefined,
  { baseDelay, maxDelay }: Backoff,
): number {
  const asked = (retryAfter ?? 0) * 1000;
  const drawn = Math.random() * Math.min(maxDelay, baseDelay * 2 ** (failures - 1));
  return Math.round(Math.min(maxDelay, Math.max(asked, drawn)));
}
