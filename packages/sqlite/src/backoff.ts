export interface BackoffOptions {
  /**
   * How often a delivery is tried before it is a dead letter.
   * @default 10
   */
  readonly maxAttempts?: number;
  /**
   * Milliseconds the first retry waits at the most; each further one twice as long. The actual wait is drawn between 0 and
   * that, so that what failed together does not come back together.
   * @default 1000
   */
  readonly baseDelay?: number;
  /**
   * Milliseconds no wait exceeds, one that a handler has asked for included.
   * @default 3600000 (an hour)
   */
  readonly maxDelay?: number;
}

/**
 * Milliseconds until the next try: exponential, with full jitter.
 * @param attempt how many tries there were
 * @param retryAfter seconds that a handler has asked for
 */
export function delayAfter(
  attempt: number,
  retryAfter: number | undefined,
  { baseDelay, maxDelay }: Pick<Required<BackoffOptions>, 'baseDelay' | 'maxDelay'>,
): number {
  const asked = (retryAfter ?? 0) * 1000;
  const drawn = Math.random() * Math.min(maxDelay, baseDelay * 2 ** (attempt - 1));
  return Math.round(Math.min(maxDelay, Math.max(asked, drawn)));
}
