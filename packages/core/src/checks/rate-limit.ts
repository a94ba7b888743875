import { memberOf } from '../data/member-of.ts';
import { within } from '../data/promises.ts';
import { rateKey } from './client-address.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** A limiter that does not answer within this many milliseconds counts as broken: SpiderFoot waits ten seconds. */
const patience = 1000;

/**
 * Ask the limiter for one point.
 * @param onBroken told when the limiter itself fails; the delivery then goes on, since its signature is yet to come
 * @returns seconds until another try makes sense, or `undefined` where the delivery may go on
 */
export async function secondsToWait(
  limiter: RateLimiter,
  ip: string | undefined,
  onBroken: (error: unknown) => void,
): Promise<number | undefined> {
  try {
    const answered = Promise.resolve(limiter.consume(rateKey(ip)));
    await within(
      answered,
      patience,
      () => new Error(`rateLimiter.consume() did not answer within ${patience} ms`),
    );
    return undefined;
  } catch (reason) {
    const wait = waitOf(reason);
    if (wait === undefined) onBroken(reason);
    return wait;
  }
}

/**
 * rate-limiter-flexible rejects with an object of its own where the points are used up, its union with several by their
 * prefixes, and both with an Error where the limiter failed.
 */
function waitOf(reason: unknown): number | undefined {
  if (reason instanceof Error || typeof reason !== 'object' || reason === null) return undefined;
  const waits = [reason, ...Object.values(reason)].flatMap((limited: unknown) => {
    const wait = memberOf(limited, 'msBeforeNext');
    return typeof wait === 'number' ? wait : [];
  });
  return waits.length === 0 ? undefined : Math.max(1, Math.ceil(Math.max(...waits) / 1000));
}
