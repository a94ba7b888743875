import type { RateLimiter } from '@spiderfoot-webhooks/core';

/** So many deliveries of one address in so much time. */
export interface Rate {
  readonly points: number;
  /** Seconds. */
  readonly duration: number;
}

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds: timers do not reach much further. */
const longest = 7 * 86_400;

/**
 * `100/m`, `10/s`, `500/15m`.
 * @returns `undefined` for what is none
 */
export function parseRate(text: string): Rate | undefined {
  const [, points = '', amount = '', unit = ''] = /^([1-9]\d{0,8})\/(\d{0,5})([smhd])$/.exec(text) ?? [];
  const duration = Number(amount === '' ? 1 : amount) * (seconds[unit] ?? 0);
  return points !== '' && duration > 0 && duration <= longest
    ? { points: Number(points), duration }
    : undefined;
}

/** Count in this process. */
export async function createRateLimiter(rate: Rate): Promise<RateLimiter> {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  return new RateLimiterMemory(rate);
}
