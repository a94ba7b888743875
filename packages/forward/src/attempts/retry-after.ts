import { type Backoff, retryDelay } from '@spiderfoot-webhooks/core/stores';

/** Nobody is left in peace for longer, whatever they ask for: seconds. */
const longest = 24 * 3600;

/**
 * Read `Retry-After`: seconds, or an HTTP date.
 * @returns seconds from now, at most a day; `undefined` for what is neither
 * @see RFC 9110, 10.2.3
 */
export function parseRetryAfter(header: unknown, now = Date.now()): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), longest);
  // Date.parse takes almost anything, '-1' and '1.5' too: only the forms of an HTTP date begin with a day's name.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return undefined;
  const seconds = Math.ceil((Date.parse(text) - now) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), longest);
}

/**
 * Milliseconds until the next attempt: exponential, with full jitter. What the target asks for is kept, and a little
 * is added, so that those who were told the same do not come back together.
 * @param attempt how many attempts there were
 * @param retryAfter seconds that the target has asked for
 */
export function delayAfter(attempt: number, retryAfter: number | undefined, backoff: Backoff): number {
  if (retryAfter !== undefined) return retryAfter * 1000 + Math.random() * backoff.baseDelay;
  return retryDelay(attempt, undefined, backoff);
}
