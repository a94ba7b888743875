/** The longest wait that a handler can ask for, in seconds: a day. Node's timers are limited to 24.8 days. */
const longestRetryAfter = 86_400;

/**
 * Read the wait that a handler asks for.
 * @returns a number of seconds, at most a day. `undefined` if the value is not a positive, finite number
 */
export function readRetryAfter(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return undefined;
  return Math.min(value, longestRetryAfter);
}
