export interface BackoffOptions {
  /**
   * How many tries of a delivery may fail before it is a dead letter. One that loses its process has failed; one that
   * closing cuts short has not.
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
 * @param failures how many tries have failed
 * @param retryAfter seconds that a handler has asked for
 */
export function delayAfter(
  failures: number,
  retryAfter: number | undefined,
  { baseDelay, maxDelay }: Pick<Required<BackoffOptions>, 'baseDelay' | 'maxDelay'>,
): number {
  const asked = (retryAfter ?? 0) * 1000;
  const drawn = Math.random() * Math.min(maxDelay, baseDelay * 2 ** (failures - 1));
  return Math.round(Math.min(maxDelay, Math.max(asked, drawn)));
}
