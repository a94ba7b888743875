import type { Outcome } from '@spiderfoot-webhooks/core';
import { webhookMiddleware } from '@spiderfoot-webhooks/hono';
import { type Context, Hono } from 'hono';
import { describe, expect, it, vi } from 'vitest';
import { routeMounts } from '../../support/adapters/index.ts';
import type { Route } from '../../support/adapters/mount.ts';
import { bounded, soon } from '../../support/raw-client.ts';
import {
  headerOf,
  rejection,
  resultOf,
  routedReceiver,
  send,
  startWith,
  success,
  webhook,
} from '../../support/webhooks.ts';

const routed = (status: number) => ({ status, body: { routed: status } });
const codes = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status));

describe.each(routeMounts)('a route that exceeds handlerTimeout in $name', (mount) => {
  const starting = startWith(mount);

  /** Starts a delivery to a route that has exceeded its timeout. The route responds when the test calls `open`. */
  async function late() {
    let open = (_status: number) => {};
    const signals: (AbortSignal | undefined)[] = [];
    const route = vi.fn<Route>((passed) => {
      signals.push(passed?.context.signal);
      return new Promise((resolve) => {
        open = resolve;
      });
    });
    const { at, receiver, outcomes } = await starting({ handlerTimeout: 20 }, route);
    const message = await webhook();
    const first = send(at, message);
    await vi.waitFor(() => expect(codes(outcomes)).toEqual(['handler_failed']), soon);
    return { at, receiver, message, first, route, signals, open: (status: number) => open(status) };
  }

  it('aborts the signal of a late route, and close() does not wait for the route', async () => {
    const { receiver, first, signals, open } = await late();
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
    expect(signals[0]?.reason).toMatchObject({ name: 'HandlerTimeoutError', timeout: 20 });
    await bounded(receiver.close(), 'close()');
    open(200);
    expect(resultOf(await first)).toEqual(routed(200));
  });

  it('does not pass a retry to a late route, and settles the delivery by its late response', async () => {
    const { at, message, first, route, open } = await late();
    expect(resultOf(await send(at, message))).toEqual(rejection('handler_failed'));
    open(201);
    expect(resultOf(await first)).toEqual(routed(201));
    await vi.waitFor(async () => expect(resultOf(await send(at, message))).toEqual(success), soon);
    expect(route).toHaveBeenCalledOnce();
  });
});

describe('a route in Hono without a response', () => {
  it.each<[string, number, (c: Context, next: () => Promise<void>) => Promise<Response | undefined>]>([
    ['returns nothing', 500, async () => undefined],
    ['calls next() without a further route', 404, async (_c, next) => void (await next())],
  ])('a Hono route that %s is answered with %i, and gets the retry', async (_, status, respondNothing) => {
    const { receiver, outcomes } = routedReceiver();
    let calls = 0;
    const app = new Hono()
      .onError((_error, c) => c.text('Internal Server Error', 500))
      .post('/webhook', webhookMiddleware(receiver), async (c, next) =>
        calls++ === 0 ? respondNothing(c, next) : c.text('done'),
      );
    const message = await webhook();
    const headers = { 'content-type': headerOf(message, 'content-type') };
    const signature = headerOf(message, 'x-spiderfoot-signature');
    const deliver = async () => {
      const init = { method: 'POST', body: new Uint8Array(message.body) };
      return app.request('/webhook', {
        ...init,
        headers: { ...headers, 'x-spiderfoot-signature': signature },
      });
    };
    expect((await deliver()).status).toBe(status);
    expect(await (await deliver()).text()).toBe('done');
    expect(await (await deliver()).json()).toMatchObject({ status: 'duplicate' });
    expect(calls).toBe(2);
    expect(codes(outcomes)).toEqual(['handler_failed', 'processed', 'duplicate']);
    expect(outcomes[0]).toMatchObject({
      error: { errors: [{ message: `The route responded with status ${status}` }] },
    });
  });
});
