import type { RateLimiter } from '@spiderfoot-webhooks/core';
import { parseDuration } from '@spiderfoot-webhooks/core/config/values';

/** The limit of deliveries from one address. */
export interface Rate {
  /** The number of deliveries in `duration`. */
  readonly points: number;
  /** Seconds. */
  readonly duration: number;
}

/** The maximum period in seconds. Timers do not support much longer times. */
const maxDuration = 7 * 86_400;

/**
 * Read a rate: `100/m`, `10/s`, `500/15m`.
 * @returns `undefined` for any other text
 */
export function parseRate(text: string): Rate | undefined {
  const [, points = '', amount = '', unit = ''] = /^([1-9]\d{0,8})\/(\d{0,5})([smhd])$/.exec(text) ?? [];
  const duration = (parseDuration(`${amount || '1'}${unit}`) ?? 0) / 1000;
  return points !== '' && duration > 0 && duration <= maxDuration
    ? { points: Number(points), duration }
    : undefined;
}

/** Create a rate limiter that counts in the memory of this process. */
export async function createRateLimiter(rate: Rate): Promise<RateLimiter> {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  return new RateLimiterMemory(rate);
}
