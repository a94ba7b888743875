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
  routedReceiver,
  send,
  startWith,
  success,
  told,
  webhook,
} from '../../support/webhooks.ts';

const routed = (status: number) => ({ status, body: { routed: status } });
const codes = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status));

describe.each(routeMounts)('a route past its time in $name', (mount) => {
  const starting = startWith(mount);

  /** A route that answers when the test says so, and the first delivery past its time. */
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

  it('is told by its signal, and close() does not wait for it', async () => {
    const { receiver, first, signals, open } = await late();
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
    expect(signals[0]?.reason).toMatchObject({ name: 'HandlerTimeoutError', timeout: 20 });
    await bounded(receiver.close(), 'close()');
    open(200);
    expect(told(await first)).toEqual(routed(200));
  });

  it('does not get the retry while it runs, and settles the delivery by its late answer', async () => {
    const { at, message, first, route, open } = await late();
    expect(told(await send(at, message))).toEqual(rejection('handler_failed'));
    open(201);
    expect(told(await first)).toEqual(routed(201));
    await vi.waitFor(async () => expect(told(await send(at, message))).toEqual(success), soon);
    expect(route).toHaveBeenCalledOnce();
  });
});

describe('a route in Hono that answers nothing', () => {
  it.each<[string, number, (c: Context, next: () => Promise<void>) => Promise<Response | undefined>]>([
    ['and ends', 500, async () => undefined],
    ['and passes it on to nobody', 404, async (_c, next) => void (await next())],
  ])('%s is answered %i by Hono, and gets the retry', async (_, status, nothing) => {
    const { receiver, outcomes } = routedReceiver();
    let calls = 0;
    const app = new Hono()
      .onError((_error, c) => c.text('Internal Server Error', 500))
      .post('/webhook', webhookMiddleware(receiver), async (c, next) =>
        calls++ === 0 ? nothing(c, next) : c.text('done'),
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
    expect(outcomes[0]).toMatchObject({ error: { errors: [{ message: `The route answered ${status}` }] } });
  });
});
