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
const schemas = { 'acme.custom': z.object({ floor: z.number() }) };
const own = createReceiver({ secret: 's3cret', schemas });

describe('the event in your own route', () => {
  it('ctx.state.spiderfoot is typed in Koa', () => {
    const app = new Koa<WebhookState>();
    app.use(forKoa(receiver)).use(({ state: { spiderfoot } }) => {
      expectTypeOf(spiderfoot).toEqualTypeOf<VerifiedWebhook>();
      if (spiderfoot.event.event_type !== 'scan_completed') return;
      expectTypeOf(spiderfoot.event.data.target).toEqualTypeOf<string | null | undefined>();
    });
  });

  it('c.var.spiderfoot and c.get are typed in Hono', () => {
    new Hono().post('/webhook', forHono(receiver), (c) => {
      expectTypeOf(c.var.spiderfoot).toEqualTypeOf<VerifiedWebhook>();
      expectTypeOf(c.get('spiderfoot').event).toEqualTypeOf<WebhookEvent>();
      return c.body(null);
    });
  });
});

describe('custom schemas', () => {
  it('custom schemas type the event in routes of Koa and Hono', () => {
    new Koa<WebhookState<typeof schemas>>().use(forKoa(own)).use(({ state: { spiderfoot } }) => {
      if (spiderfoot.event.event_type !== 'acme.custom') return;
      expectTypeOf(spiderfoot.event.data.floor).toEqualTypeOf<number>();
    });
    new Hono().post('/webhook', forHono(own), (c) => {
      const { event } = c.var.spiderfoot;
      if (event.event_type === 'acme.custom') expectTypeOf(event.data.floor).toEqualTypeOf<number>();
      return c.body(null);
    });
    expectTypeOf<WebhookEnv<typeof schemas>['Variables']['spiderfoot']>().toEqualTypeOf<
      VerifiedWebhook<typeof schemas>
    >();
  });

  it('custom schemas can differ between several receivers in an app of Koa or Hono', () => {
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

  it('a receiver with custom schemas fits into a list of receivers, serve() and functions that accept any receiver', () => {
    const replacing = createReceiver({
      secret: 's3cret',
      schemas: { scan_completed: z.object({ target: z.string() }), 'acme.custom': z.object({}) },
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

  it('custom schemas type the outcomes of a receiver and handlers that are registered in a chain', async () => {
    const outcome = await own.receive(await signedDelivery('acme.custom', { secret: 's3cret' }));
    if (outcome.status === 'processed') {
      expectTypeOf(outcome.event).toEqualTypeOf<WebhookEvent<typeof schemas>>();
    }
    expectTypeOf(own.onError(() => {}).onOutcome(() => {})).toEqualTypeOf<Receiver<typeof schemas>>();
    // @ts-expect-error a schema of another receiver
    receiver.on('acme.custom', () => {});
  });
});
