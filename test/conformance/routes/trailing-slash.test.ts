import Router from '@koa/router';
import { webhookMiddleware as expressMiddleware } from '@spiderfoot-webhooks/express';
import { webhookMiddleware as honoMiddleware } from '@spiderfoot-webhooks/hono';
import { webhookMiddleware as koaMiddleware } from '@spiderfoot-webhooks/koa';
import express from 'express';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { nodeServer } from '../../support/adapters/hono.ts';
import { koaListener } from '../../support/adapters/koa.ts';
import { type Listener, serving } from '../../support/serving.ts';
import { routedReceiver, send, webhook } from '../../support/webhooks.ts';

describe('a trailing slash in the path', () => {
  const deliver = async (listener: Listener) =>
    (await send({ ...(await serving(listener)), path: '/webhook/' }, await webhook())).status;

  it('matches a path with a trailing slash in Express and with @koa/router', async () => {
    const app = express().post('/webhook', expressMiddleware(routedReceiver().receiver), (_req, res) => {
      res.json({});
    });
    expect(await deliver(app)).toBe(200);
    const router = new Router().post('/webhook', koaMiddleware(routedReceiver().receiver), (ctx) => {
      ctx.body = {};
    });
    expect(await deliver(koaListener((koa) => koa.use(router.routes())))).toBe(200);
  });

  it('returns 404 for a path with a trailing slash in Hono unless the app has strict: false', async () => {
    for (const [strict, status] of [
      [true, 404],
      [false, 200],
    ] as const) {
      const app = new Hono({ strict });
      app.post('/webhook', honoMiddleware(routedReceiver().receiver), (c) => c.json({}));
      expect(await deliver(nodeServer(app.fetch))).toBe(status);
    }
  });
});
