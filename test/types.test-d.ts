import { createReceiver, type PassedEvent, type WebhookEvent } from '@spiderfoot-webhooks/core';
import { webhookMiddleware as forExpress, type RegisteredSchemas } from '@spiderfoot-webhooks/express';
import { webhookMiddleware as forHono, type WebhookEnv } from '@spiderfoot-webhooks/hono';
import { webhookMiddleware as forKoa, type WebhookState } from '@spiderfoot-webhooks/koa';
import express from 'express';
import { Hono } from 'hono';
import Koa from 'koa';
import { describe, expectTypeOf, it } from 'vitest';
import * as z from 'zod';

const receiver = createReceiver({ secret: 's3cret' });
const schemas = { 'in.house': z.object({ floor: z.number() }) };
const own = createReceiver({ secret: 's3cret', schemas });

describe("A route of one's own gets the event typed", () => {
  it('in Express, as req.spiderfoot, which may be missing', () => {
    express().post('/webhook', forExpress(receiver), (req) => {
      expectTypeOf(req.spiderfoot).toEqualTypeOf<PassedEvent | undefined>();
      expectTypeOf(req.spiderfoot?.context.id).toEqualTypeOf<string | undefined>();
      if (req.spiderfoot?.event.event_type !== 'scan_completed') return;
      expectTypeOf(req.spiderfoot.event.data.target).toEqualTypeOf<string | null | undefined>();
    });
  });

  it('in Koa, as ctx.state.spiderfoot', () => {
    const app = new Koa<WebhookState>();
    app.use(forKoa(receiver)).use(({ state: { spiderfoot } }) => {
      expectTypeOf(spiderfoot).toEqualTypeOf<PassedEvent>();
      if (spiderfoot.event.event_type !== 'scan_completed') return;
      expectTypeOf(spiderfoot.event.data.target).toEqualTypeOf<string | null | undefined>();
    });
  });

  it('in Hono, from c.get', () => {
    new Hono().post('/webhook', forHono(receiver), (c) => {
      expectTypeOf(c.get('spiderfoot')).toEqualTypeOf<PassedEvent>();
      expectTypeOf(c.var.spiderfoot.event).toEqualTypeOf<WebhookEvent>();
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
      const { event } = c.get('spiderfoot');
      if (event.event_type === 'in.house') expectTypeOf(event.data.floor).toEqualTypeOf<number>();
      return c.body(null);
    });
    expectTypeOf<WebhookEnv<typeof schemas>['Variables']['spiderfoot']>().toEqualTypeOf<
      PassedEvent<typeof schemas>
    >();
  });

  it('Express wants them registered first', () => {
    expectTypeOf<RegisteredSchemas>().toEqualTypeOf<Record<never, never>>();
    // @ts-expect-error req.spiderfoot would be typed without them
    forExpress(own);
  });
});
