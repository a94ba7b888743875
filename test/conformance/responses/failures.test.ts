import type { RateLimiter } from '@spiderfoot-webhooks/core';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { describe, expect, it, vi } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import {
  defaultHeaders,
  rejection,
  relevantHeaders,
  resultOf,
  send,
  start,
  success,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

function never(): never {
  throw new Error('a bug');
}

const odd = Object.assign(new Error('down'), { msBeforeNext: 60_000 });

const broken = (code: string) => () => Promise.reject(new Error(`${code} at /srv/secret/store.db`));

describe.each(mounts)('a rate limiter, over $name', (mount) => {
  it('sends Retry-After to a client that has exceeded the rate limit', async () => {
    const rateLimiter = new RateLimiterMemory({ points: 2, duration: 60 });
    const { at, handled } = await start(mount, { rateLimiter, trustedProxies: ['loopback'] });
    const from = async (address: string) => withHeader(await webhook(), 'x-forwarded-for', address);
    expect(resultOf(await send(at, await from('203.0.113.1')))).toEqual(success);
    // A rejection uses up a point like any other delivery.
    const unsigned = withHeader(await from('203.0.113.1'), 'x-spiderfoot-signature', undefined);
    expect(resultOf(await send(at, unsigned))).toEqual(rejection('missing_signature'));
    const response = await send(at, await from('203.0.113.1'));
    expect(resultOf(response)).toEqual(rejection('rate_limited'));
    expect(relevantHeaders(response)).toEqual({
      ...defaultHeaders,
      retryAfter: expect.stringMatching(/^(?:[1-9]|[1-5]\d|60)$/),
    });
    // Addresses of one /64 count as one client.
    for (const address of ['2001:db8::1', '2001:db8::2'])
      expect(resultOf(await send(at, await from(address)))).toEqual(success);
    expect(resultOf(await send(at, await from('2001:db8::3')))).toEqual(rejection('rate_limited'));
    expect(resultOf(await send(at, await from('2001:db8:0:1::3')))).toEqual(success);
    expect(handled).toHaveLength(4);
  });

  it.each<[string, RateLimiter]>([
    ['rejects', { consume: broken('ECONNREFUSED') }],
    // A limiter rejects with an object that is not an Error when the limit is exceeded.
    ['rejects with an Error that has msBeforeNext', { consume: () => Promise.reject(odd) }],
    ['rejects with nothing', { consume: () => Promise.reject() }],
    ['throws', { consume: () => never() }],
  ])('accepts deliveries and reports the error of a rate limiter that %s', async (_, rateLimiter) => {
    const { at, receiver } = await start(mount, { rateLimiter });
    const sources: string[] = [];
    receiver.onError((_error, { source }) => sources.push(source));
    expect(resultOf(await send(at, await webhook()))).toEqual(success);
    expect(sources).toEqual(['rateLimiter']);
  });
});

describe('a rate limiter that never settles', () => {
  it('accepts deliveries after a timeout if the rate limiter never settles, over every mount', async () => {
    const rateLimiter: RateLimiter = { consume: () => new Promise(() => {}) };
    const running = await Promise.all(mounts.map((mount) => start(mount, { rateLimiter })));
    const answers = await Promise.all(
      running.map(async ({ at }) => resultOf(await send(at, await webhook()))),
    );
    expect(answers).toEqual(mounts.map(() => success));
  });
});

describe.each(mounts)('a failure, over $name', (mount) => {
  it('does not disclose the error of a handler, and runs the failed handler again at a retry', async () => {
    const { at, receiver, handled } = await start(mount);
    let attempts = 0;
    receiver.on('scan_completed', (_event, { attempt }) => {
      attempts = attempt;
      if (attempt < 3) throw new TypeError('ECONNREFUSED postgres://admin:hunter2@db at /srv/app/handler.js');
    });
    const message = await webhook();
    for (const _try of [1, 2]) {
      const response = await send(at, message);
      expect(resultOf(response)).toEqual(rejection('handler_failed'));
      expect(relevantHeaders(response)).toEqual(defaultHeaders);
    }
    expect(resultOf(await send(at, message))).toEqual(success);
    expect(attempts).toBe(3);
    expect(handled).toHaveLength(1);
  });

  it('fails a handler that exceeds handlerTimeout', async () => {
    const { at, receiver } = await start(mount, { handlerTimeout: 30 });
    const signals: AbortSignal[] = [];
    receiver.on('all', (_event, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    expect(resultOf(await send(at, await webhook()))).toEqual(rejection('handler_failed'));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("reports an error of the user's clock and uses the system's clock instead", async () => {
    const now = vi.fn(Date.now).mockImplementationOnce(() => {
      throw new Error('no clock');
    });
    const { at, receiver, handled } = await start(mount, { now });
    const errors = vi.fn();
    receiver.onError(errors);
    expect(resultOf(await send(at, await webhook()))).toEqual(success);
    expect(handled).toHaveLength(1);
    expect(errors).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ source: 'receiver' }));
  });

  it.each([
    ['log', { log: { record: broken('SQLITE_FULL') } }],
    ['queue', { queue: { enqueue: broken('SQLITE_BUSY'), start: () => ({ close: async () => {} }) } }],
  ])('does not disclose an error of the %s, and sends Retry-After', async (source, options) => {
    const { at, receiver, handled } = await start(mount, options);
    const sources: string[] = [];
    receiver.onError((_error, details) => sources.push(details.source));
    const response = await send(at, await webhook());
    expect(resultOf(response)).toEqual(rejection('unavailable'));
    expect(relevantHeaders(response)).toEqual({ ...defaultHeaders, retryAfter: '5' });
    expect(sources).toEqual([source]);
    expect(handled).toEqual([]);
  });
});

describe.each(mounts)('close(), over $name', (mount) => {
  it('rejects new deliveries during close() and waits for deliveries in flight', async () => {
    const { at, receiver, outcomes } = await start(mount);
    let release = () => {};
    const entered = new Promise<void>((resolve) => {
      receiver.on('all', () => {
        resolve();
        return new Promise<void>((done) => {
          release = done;
        });
      });
    });
    const inFlight = send(at, await webhook());
    await entered;
    let closed = false;
    const closing = receiver.close().then(() => {
      closed = true;
    });
    const response = await send(at, await webhook());
    expect(resultOf(response)).toEqual(rejection('shutting_down'));
    expect(relevantHeaders(response)).toEqual({ ...defaultHeaders, retryAfter: '5' });
    expect(closed).toBe(false);
    release();
    expect(resultOf(await inFlight)).toEqual(success);
    await closing;
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'processed']);
  });
});
