/** The longest wait that a target can ask for, in seconds. */
const longestWait = 24 * 3600;

/**
 * Read a `Retry-After` header: seconds, or an HTTP date.
 * @returns seconds from now, at most a day; `undefined` if the header has neither form
 * @see RFC 9110, 10.2.3
 */
export function parseRetryAfter(header: unknown, now = Date.now()): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), longestWait);
  // Date.parse accepts almost anything, even `-1` and `1.5`. Every HTTP date begins with the name of a day.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return undefined;
  const seconds = Math.ceil((Date.parse(text) - now) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), longestWait);
}
