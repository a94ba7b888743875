import Router from '@koa/router';
import { createReceiver, type Receiver, type WebhookEvent } from '@spiderfoot-webhooks/core';
import type { VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';
import { serve, webhookListener } from '@spiderfoot-webhooks/core/node';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { fetchHandler } from '@spiderfoot-webhooks/core/web';
import { webhookMiddleware as forHono, type WebhookEnv } from '@spiderfoot-webhooks/hono';
import { webhookMiddleware as forKoa, type WebhookState } from '@spiderfoot-webhooks/koa';
import { Hono } from 'hono';
import Koa from 'koa';
import { describe, expectTypeOf, it } from 'vitest';
import * as z from 'zod';

const receiver = createReceiver({ secret: 's3cret' });
const schemas = { 'in.house': z.object({ floor: z.number() }) };
const own = createReceiver({ secret: 's3cret', schemas });

describe("A route of one's own gets the event typed", () => {
  it('in Koa, as ctx.state.spiderfoot', () => {
    const app = new Koa<WebhookState>();
    app.use(forKoa(receiver)).use(({ state: { spiderfoot } }) => {
      expectTypeOf(spiderfoot).toEqualTypeOf<VerifiedWebhook>();
      if (spiderfoot.event.event_type !== 'scan_completed') return;
      expectTypeOf(spiderfoot.event.data.target).toEqualTypeOf<string | null | undefined>();
    });
  });

  it('in Hono, as c.var.spiderfoot, which is c.get too', () => {
    new Hono().post('/webhook', forHono(receiver), (c) => {
      expectTypeOf(c.var.spiderfoot).toEqualTypeOf<VerifiedWebhook>();
      expectTypeOf(c.get('spiderfoot').event).toEqualTypeOf<WebhookEvent>();
      return c.body(null);
    });
  });
});

describe('With schemas of your own', () => {
  it("Koa's and Hono's routes know them", () => {
    new Koa<WebhookState<typeof schemas>>().use(forKoa(own)).use(({ state: { spiderfoot } }) => {
      if (spiderfoot.event.event_type !== 'in.house') return;
      expectTypeOf(spiderfoot.event.data.floor).toEqualTypeOf<number>();
    });
    new Hono().post('/webhook', forHono(own), (c) => {
      const { event } = c.var.spiderfoot;
      if (event.event_type === 'in.house') expectTypeOf(event.data.floor).toEqualTypeOf<number>();
      return c.body(null);
    });
    expectTypeOf<WebhookEnv<typeof schemas>['Variables']['spiderfoot']>().toEqualTypeOf<
      VerifiedWebhook<typeof schemas>
    >();
  });

  it('may differ between several receivers in an app of Koa or Hono', () => {
    const router = new Router();
    router.post('/own', forKoa(own), ({ state }) => {
      expectTypeOf(state.spiderfoot).toEqualTypeOf<VerifiedWebhook<typeof schemas>>();
    });
    router.post('/plain', forKoa(receiver), ({ state }) => {
      expectTypeOf(state.spiderfoot).toEqualTypeOf<VerifiedWebhook>();
    });
    const app = new Hono();
    app.post('/own', forHono(own), (c) => {
      expectTypeOf(c.var.spiderfoot).toEqualTypeOf<VerifiedWebhook<typeof schemas>>();
      return c.body(null);
    });
    app.post('/plain', forHono(receiver), (c) => {
      expectTypeOf(c.var.spiderfoot).toEqualTypeOf<VerifiedWebhook>();
      return c.body(null);
    });
  });

  it('fit into a list of receivers, into serve() and into functions that take any receiver', () => {
    const replacing = createReceiver({
      secret: 's3cret',
      schemas: { scan_completed: z.object({ target: z.string() }), 'in.house': z.object({}) },
    });
    const receivers: Receiver[] = [receiver, own, replacing];
    const closeAll = (all: readonly Receiver[]) => Promise.all(all.map((each) => each.close()));
    const listener = () => {};
    expectTypeOf(serve).toBeCallableWith(listener, receivers);
    expectTypeOf(serve).toBeCallableWith(listener, [own, receiver, replacing]);
    expectTypeOf(serve).toBeCallableWith(listener, own, { port: 0 });
    expectTypeOf(closeAll).toBeCallableWith([replacing]);
    expectTypeOf(webhookListener).toBeCallableWith(own);
    expectTypeOf(fetchHandler).toBeCallableWith(own);
    // @ts-expect-error promises of receivers are not receivers
    serve(listener, [Promise.resolve(own)]);
  });

  it('reach what a receiver returns, and what is registered in a chain', async () => {
    const outcome = await own.receive(await signedDelivery('in.house', { secret: 's3cret' }));
    if (outcome.status === 'processed') {
      expectTypeOf(outcome.event).toEqualTypeOf<WebhookEvent<typeof schemas>>();
    }
    expectTypeOf(own.onError(() => {}).onOutcome(() => {})).toEqualTypeOf<Receiver<typeof schemas>>();
    // @ts-expect-error a schema of another receiver
    receiver.on('in.house', () => {});
  });
});
