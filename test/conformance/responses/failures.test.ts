import type { RateLimiter } from '@spiderfoot-webhooks/core';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { describe, expect, it, vi } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import {
  inHeaders,
  rejection,
  send,
  start,
  success,
  told,
  toldInHeaders,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

function never(): never {
  throw new Error('a bug');
}

const odd = Object.assign(new Error('down'), { msBeforeNext: 60_000 });

const broken = (what: string) => () => Promise.reject(new Error(`${what} at /srv/secret/store.db`));

describe.each(mounts)('a limiter, over $name', (mount) => {
  it('tells a client that has used up its points when to come again', async () => {
    const rateLimiter = new RateLimiterMemory({ points: 2, duration: 60 });
    const { at, handled } = await start(mount, { rateLimiter, trustedProxies: ['loopback'] });
    const from = async (address: string) => withHeader(await webhook(), 'x-forwarded-for', address);
    expect(told(await send(at, await from('203.0.113.1')))).toEqual(success);
    // A rejection uses up a point like any other delivery.
    const unsigned = withHeader(await from('203.0.113.1'), 'x-spiderfoot-signature', undefined);
    expect(told(await send(at, unsigned))).toEqual(rejection('missing_signature'));
    const response = await send(at, await from('203.0.113.1'));
    expect(told(response)).toEqual(rejection('rate_limited'));
    expect(toldInHeaders(response)).toEqual({
      ...inHeaders,
      retryAfter: expect.stringMatching(/^(?:[1-9]|[1-5]\d|60)$/),
    });
    // A client owns all of its /64.
    for (const address of ['2001:db8::1', '2001:db8::2'])
      expect(told(await send(at, await from(address)))).toEqual(success);
    expect(told(await send(at, await from('2001:db8::3')))).toEqual(rejection('rate_limited'));
    expect(told(await send(at, await from('2001:db8:0:1::3')))).toEqual(success);
    expect(handled).toHaveLength(4);
  });

  it.each<[string, RateLimiter]>([
    ['rejects', { consume: broken('ECONNREFUSED') }],
    // A limiter that is used up rejects with what is no Error.
    ['rejects with an Error like no other', { consume: () => Promise.reject(odd) }],
    ['rejects with nothing', { consume: () => Promise.reject() }],
    ['throws', { consume: () => never() }],
  ])('that %s lets deliveries through, and is reported', async (_, rateLimiter) => {
    const { at, receiver } = await start(mount, { rateLimiter });
    const sources: string[] = [];
    receiver.onError((_error, { source }) => sources.push(source));
    expect(told(await send(at, await webhook()))).toEqual(success);
    expect(sources).toEqual(['rateLimiter']);
  });
});

describe('a limiter that never answers', () => {
  it('lets deliveries through after a while, over every mount', async () => {
    const rateLimiter: RateLimiter = { consume: () => new Promise(() => {}) };
    const running = await Promise.all(mounts.map((mount) => start(mount, { rateLimiter })));
    const answers = await Promise.all(running.map(async ({ at }) => told(await send(at, await webhook()))));
    expect(answers).toEqual(mounts.map(() => success));
  });
});

describe.each(mounts)('a failure, over $name', (mount) => {
  it('of a handler discloses nothing, and the retry runs what failed', async () => {
    const { at, receiver, handled } = await start(mount);
    let attempts = 0;
    receiver.on('scan_completed', (_event, { attempt }) => {
      attempts = attempt;
      if (attempt < 3) throw new TypeError('ECONNREFUSED postgres://admin:hunter2@db at /srv/app/handler.js');
    });
    const message = await webhook();
    for (const _try of [1, 2]) {
      const response = await send(at, message);
      expect(told(response)).toEqual(rejection('handler_failed'));
      expect(toldInHeaders(response)).toEqual(inHeaders);
    }
    expect(told(await send(at, message))).toEqual(success);
    expect(attempts).toBe(3);
    expect(handled).toHaveLength(1);
  });

  it('is what a handler is that never ends, once its time is over', async () => {
    const { at, receiver } = await start(mount, { handlerTimeout: 30 });
    const signals: AbortSignal[] = [];
    receiver.on('all', (_event, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    expect(told(await send(at, await webhook()))).toEqual(rejection('handler_failed'));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("of the user's clock is told, and the system's stands in", async () => {
    const now = vi.fn(Date.now).mockImplementationOnce(() => {
      throw new Error('no clock');
    });
    const { at, receiver, handled } = await start(mount, { now });
    const errors = vi.fn();
    receiver.onError(errors);
    expect(told(await send(at, await webhook()))).toEqual(success);
    expect(handled).toHaveLength(1);
    expect(errors).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ source: 'receiver' }));
  });

  it.each([
    ['log', { log: { record: broken('SQLITE_FULL') } }],
    ['queue', { queue: { enqueue: broken('SQLITE_BUSY'), start: () => ({ close: async () => {} }) } }],
  ])('of the %s discloses nothing, and asks to come again', async (source, options) => {
    const { at, receiver, handled } = await start(mount, options);
    const sources: string[] = [];
    receiver.onError((_error, details) => sources.push(details.source));
    const response = await send(at, await webhook());
    expect(told(response)).toEqual(rejection('unavailable'));
    expect(toldInHeaders(response)).toEqual({ ...inHeaders, retryAfter: '5' });
    expect(sources).toEqual([source]);
    expect(handled).toEqual([]);
  });
});

describe.each(mounts)('close(), over $name', (mount) => {
  it('rejects what comes, and waits for what is in flight', async () => {
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
    expect(told(response)).toEqual(rejection('shutting_down'));
    expect(toldInHeaders(response)).toEqual({ ...inHeaders, retryAfter: '5' });
    expect(closed).toBe(false);
    release();
    expect(told(await inFlight)).toEqual(success);
    await closing;
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'processed']);
  });
});
