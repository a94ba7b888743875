import type { RateLimiter } from '../ports.ts';
import { rateKey } from './ip.ts';

/** A limiter that does not answer within this many milliseconds counts as broken: SpiderFoot waits ten seconds. */
const patience = 1000;

/**
 * Asks the limiter for one point.
 * @param onBroken told when the limiter itself fails; the delivery then goes on, since its signature is yet to come
 * @returns seconds until another try makes sense, or `undefined` where the delivery may go on
 */
export async function secondsToWait(
  limiter: RateLimiter,
  ip: string | undefined,
  onBroken: (error: unknown) => void,
): Promise<number | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`rateLimiter.consume() did not answer within ${patience} ms`)),
        patience,
      );
    });
    await Promise.race([limiter.consume(rateKey(ip)), late]);
    return undefined;
  } catch (reason) {
    const wait = waitOf(reason);
    if (wait === undefined) onBroken(reason);
    return wait;
  } finally {
    clearTimeout(timer);
  }
}

/** rate-limiter-flexible rejects with an object of its own where the points are used up, and with an Error where it failed. */
function waitOf(reason: unknown): number | undefined {
  if (reason instanceof Error || typeof reason !== 'object' || reason === null || !('msBeforeNext' in reason))
    return undefined;
  const { msBeforeNext } = reason;
  return typeof msBeforeNext === 'number' ? Math.max(1, Math.ceil(msBeforeNext / 1000)) : 1;
}
