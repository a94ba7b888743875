import { memberOf } from '../data/member-of.ts';
import { within } from '../data/promises.ts';
import { rateKey } from './client-address.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** The time limit of a rate limiter, in milliseconds. After that, it counts as failed. SpiderFoot waits ten seconds. */
const limiterTimeout = 1000;

/**
 * Consume one point of a rate limiter.
 * @param onBroken called if the limiter fails. The delivery is then processed, because its signature is checked later
 * @returns the seconds after which the sender should retry, or `undefined` if the delivery is within the limit
 */
export async function secondsToWait(
  limiter: RateLimiter,
  ip: string | undefined,
  onBroken: (error: unknown) => void,
): Promise<number | undefined> {
  try {
    const consumed = Promise.resolve(limiter.consume(rateKey(ip)));
    await within(
      consumed,
      limiterTimeout,
      () => new Error(`rateLimiter.consume() did not settle within ${limiterTimeout} ms`),
    );
    return undefined;
  } catch (reason) {
    const wait = waitOf(reason);
    if (wait === undefined) onBroken(reason);
    return wait;
  }
}

/**
 * Read the wait from a rejection of rate-limiter-flexible. If the points are used up, a limiter rejects with one object, and
 * a union of limiters rejects with several objects, by their key prefixes. If a limiter fails, both reject with an `Error`.
 */
function waitOf(reason: unknown): number | undefined {
  if (reason instanceof Error || typeof reason !== 'object' || reason === null) return undefined;
  const waits = [reason, ...Object.values(reason)].flatMap((limited: unknown) => {
    const wait = memberOf(limited, 'msBeforeNext');
    return typeof wait === 'number' ? wait : [];
  });
  return waits.length === 0 ? undefined : Math.max(1, Math.ceil(Math.max(...waits) / 1000));
}
