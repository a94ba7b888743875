import { type Backoff, retryDelay } from '@spiderfoot-webhooks/core/stores';

/**
 * Return the milliseconds until the next attempt: exponential backoff with full jitter. If the target asked for a wait,
 * return that wait plus a random part of `baseDelay`, so that callers with the same wait do not return together.
 * @param attempts the number of attempts so far
 * @param retryAfter the seconds that the target asked for
 */
export function delayAfter(attempts: number, retryAfter: number | undefined, backoff: Backoff): number {
  if (retryAfter !== undefined) return retryAfter * 1000 + Math.random() * backoff.baseDelay;
  return retryDelay(attempts, undefined, backoff);
}
