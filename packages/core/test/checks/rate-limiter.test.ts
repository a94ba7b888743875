import { RateLimiterMemory, RateLimiterUnion } from 'rate-limiter-flexible';
import { describe, expect, it, vi } from 'vitest';
import { createReceiver } from '../../src/index.ts';
import { secret, sender } from '../support/sender.ts';

describe('a rate limiter', () => {
  it('rejects an address without points left, with the retryAfter of rate-limiter-flexible', async () => {
    const receiver = createReceiver({
      secret,
      rateLimiter: new RateLimiterMemory({ points: 2, duration: 60 }),
    });
    const from = async (peer: string, n: number) => (await sender('scan_completed', { n }, peer))(receiver);
    expect(await from('192.0.2.1', 1)).toMatchObject({ status: 'processed' });
    expect(await from('::ffff:192.0.2.1', 2)).toMatchObject({ status: 'processed' });
    const rejected = await from('192.0.2.1', 3);
    expect(rejected).toMatchObject({ code: 'rate_limited' });
    expect(rejected.status === 'rejected' && rejected.retryAfter).toBeGreaterThan(50);
    expect(rejected.status === 'rejected' && rejected.retryAfter).toBeLessThanOrEqual(60);
    expect(await from('192.0.2.2', 4)).toMatchObject({ status: 'processed' });
    for (const n of [5, 6]) expect(await from(`2001:db8::${n}`, n)).toMatchObject({ status: 'processed' });
    expect(await from('2001:db8::7', 7)).toMatchObject({ code: 'rate_limited' });
  });

  it('rejects a delivery that exceeds one limiter of a RateLimiterUnion', async () => {
    const rateLimiter = new RateLimiterUnion(
      new RateLimiterMemory({ keyPrefix: 'second', points: 1, duration: 10 }),
      new RateLimiterMemory({ keyPrefix: 'minute', points: 5, duration: 60 }),
    );
    const errors = vi.fn();
    const receiver = createReceiver({ secret, rateLimiter }).onError(errors);
    const from = async (n: number) => (await sender('scan_completed', { n }))(receiver);
    expect(await from(1)).toMatchObject({ status: 'processed' });
    const rejected = await from(2);
    expect(rejected).toMatchObject({ code: 'rate_limited' });
    expect(rejected.status === 'rejected' && rejected.retryAfter).toBeGreaterThan(5);
    expect(errors).not.toHaveBeenCalled();
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('redis is down'))],
    [
      'throws',
      () => {
        throw new Error('redis is down');
      },
    ],
    ['never answers', () => new Promise(() => {})],
  ])('processes a delivery if the rate limiter %s, and calls onError', async (_, consume) => {
    const errors = vi.fn();
    const receiver = createReceiver({ secret, rateLimiter: { consume } }).onError(errors);
    expect(await (await sender())(receiver)).toMatchObject({ status: 'processed' });
    expect(errors).toHaveBeenCalledWith(
      expect.any(Error),
      expect.objectContaining({ source: 'rateLimiter' }),
    );
  });

  it.each([undefined, null, 'down', 7])(
    'passes the reason %s with which the rate limiter rejects to onError',
    async (reason) => {
      const errors = vi.fn();
      const receiver = createReceiver({ secret, rateLimiter: { consume: () => Promise.reject(reason) } });
      receiver.onError(errors);
      expect(await (await sender())(receiver)).toMatchObject({ status: 'processed' });
      expect(errors.mock.calls.map(([error]) => error)).toEqual([reason]);
    },
  );
});
