import type { RequestListener } from 'node:http';
import { bodyParser } from '@koa/bodyparser';
import type { Receiver } from '@spiderfoot-webhooks/core';
import type { VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';
import { webhookMiddleware as expressMiddleware } from '@spiderfoot-webhooks/express';
import { webhookMiddleware as honoMiddleware } from '@spiderfoot-webhooks/hono';
import { webhookMiddleware as koaMiddleware } from '@spiderfoot-webhooks/koa';
import express, { type ErrorRequestHandler } from 'express';
import { Hono } from 'hono';
import oldBodyParser from 'koa-bodyparser';
import { fetchBridge } from './fetch-bridge.ts';
import { express4 } from './older-frameworks.ts';
import { koaListener, listen, nodeServer, type Running } from './servers.ts';

/** The app's own route: it gets the event and says the status to answer, or throws. */
export type Route = (passed: VerifiedWebhook | undefined) => number | Promise<number>;

/** What the app's own error handling answers. */
export const teapot = { status: 418, body: { error: 'of the app' } };

/** A framework with the middleware before a route, and what else apps have around it. */
export interface RouteMount {
  readonly name: string;
  start(receiver: Receiver, route: Route): Promise<Running>;
}

function routeMount(name: string, build: (receiver: Receiver, route: Route) => RequestListener): RouteMount {
  const start: RouteMount['start'] = async (receiver, route) => ({
    path: '/webhook',
    ...(await listen(build(receiver, route))),
  });
  return { name, start };
}

const answerOf = (status: number) => ({ routed: status });

function expressApp(create: typeof express): (receiver: Receiver, route: Route) => RequestListener {
  return (receiver, route) => {
    const app = create();
    const onError: ErrorRequestHandler = (_error, _req, res, _next) => {
      res.status(teapot.status).json(teapot.body);
    };
    app.use('/webhook', expressMiddleware(receiver));
    app.use(express.json());
    app.post('/webhook', (req, res, next) => {
      // Express 4 knows nothing of promises.
      Promise.resolve(route(req.spiderfoot))
        .then((status) => res.status(status).json(answerOf(status)))
        .catch(next);
    });
    return app.use(onError);
  };
}

function honoApp(receiver: Receiver, route: Route): Hono {
  const app = new Hono();
  app.onError((_error, c) => c.json(teapot.body, 418));
  app.post('/webhook', honoMiddleware(receiver), async (c) => {
    const status = await route(c.get('spiderfoot'));
    return Response.json(answerOf(status), { status });
  });
  return app;
}

export const routeMounts: readonly RouteMount[] = [
  routeMount('express', expressApp(express)),
  routeMount('express 4', expressApp(express4)),
  routeMount('koa', (receiver, route) =>
    koaListener((app) => {
      app.use(async (ctx, next) => {
        try {
          await next();
        } catch {
          ctx.status = teapot.status;
          ctx.body = teapot.body;
        }
      });
      app.use(koaMiddleware(receiver));
      app.use(bodyParser());
      app.use(oldBodyParser());
      app.use(async (ctx) => {
        const status = await route(ctx.state.spiderfoot);
        ctx.status = status;
        ctx.body = answerOf(status);
      });
    }),
  ),
  routeMount('hono', (receiver, route) => nodeServer(honoApp(receiver, route).fetch)),
  routeMount('hono off Node', (receiver, route) => {
    const app = honoApp(receiver, route);
    return fetchBridge(async (request) => app.fetch(request));
  }),
];
