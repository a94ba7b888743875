import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createReceiver, type Receiver, type ReceiverOptions } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { webhookHandler as expressHandler } from '@spiderfoot-webhooks/express';
import { webhookHandler as honoHandler } from '@spiderfoot-webhooks/hono';
import { webhookHandler as koaHandler } from '@spiderfoot-webhooks/koa';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { createPrometheusMetrics } from '@spiderfoot-webhooks/telemetry/prometheus';
import express from 'express';
import { Hono } from 'hono';
import Koa from 'koa';
import getRawBody from 'raw-body';
import { secret } from '../support/bodies.ts';
import { temporaryFile } from '../support/files.ts';
import { observe, tracedByHand, tracing } from '../telemetry/tracing.ts';
import { signatureHeader as header, isGenuine, readAll } from './by-hand.ts';

function receiver(options: Partial<ReceiverOptions> = {}) {
  return createReceiver({ secret, ...options }).on('scan_completed', ({ data }) => data.target);
}

function withMetrics(options: Partial<ReceiverOptions> = {}) {
  const observed = receiver(options);
  createPrometheusMetrics().observe(observed);
  return observed;
}

const success = { status: 'success' };

function expressListener(mounted: Receiver): RequestListener {
  const app = express();
  app.post('/webhook', expressHandler(mounted));
  return app;
}

function koaListener(middleware: Koa.Middleware): RequestListener {
  const callback = new Koa().use(middleware).callback();
  return (req, res) => void callback(req, res);
}

function honoListener(app: Hono): RequestListener {
  const listener = getRequestListener(app.fetch);
  return (req, res) => void listener(req, res);
}

/** The measured servers: ours, and the receivers that people write by hand. */
export const servers: Readonly<Record<string, () => RequestListener>> = {
  'node:http, by hand': () => async (req, res) => {
    const body = await readAll(req);
    if (!isGenuine(body, req.headers[header]?.toString())) return void res.writeHead(401).end();
    JSON.parse(body.toString());
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(success));
  },
  'core/node': () => webhookListener(receiver()),

  'express.json({ verify }), by hand': () => {
    const app = express();
    app.use(
      express.json({
        verify(req, _res, body) {
          if (!isGenuine(body, req.headers[header]?.toString())) throw new Error('Invalid signature');
        },
      }),
    );
    app.post('/webhook', (_req, res) => void res.json(success));
    return app;
  },
  express: () => expressListener(receiver()),

  'koa, by hand': () =>
    koaListener(async (ctx) => {
      const body = await getRawBody(ctx.req, { limit: '1mb' });
      if (!isGenuine(body, ctx.get(header))) return ctx.throw(401);
      JSON.parse(body.toString());
      ctx.body = success;
    }),
  koa: () => koaListener(koaHandler(receiver())),

  'hono, by hand': () =>
    honoListener(
      new Hono().post('/webhook', async (c) => {
        const body = Buffer.from(await c.req.arrayBuffer());
        if (!isGenuine(body, c.req.header(header))) return c.json({ error: 'Invalid signature' }, 401);
        JSON.parse(body.toString());
        return c.json(success);
      }),
    ),
  hono: () => honoListener(new Hono().post('/webhook', honoHandler(receiver()))),

  'core/node, log': () => webhookListener(receiver({ log: openStore(temporaryFile()) })),
  'core/node, queue': () => webhookListener(receiver({ queue: openStore(temporaryFile()) })),

  'core/node, metrics': () => webhookListener(withMetrics()),
  'core/node, queue, metrics': () => webhookListener(withMetrics({ queue: openStore(temporaryFile()) })),

  'core/node, traces': () => webhookListener(observe(receiver(), tracing(0.1))),
  'core/node, all traces': () => webhookListener(observe(receiver(), tracing(1))),
  'core/node, traced by hand': () => tracedByHand(webhookListener(receiver()), tracing(0.1)),
  'core/node, queue, traces': () =>
    webhookListener(observe(receiver({ queue: openStore(temporaryFile()) }), tracing(0.1))),

  'express, metrics': () => expressListener(withMetrics()),
  'express, traces': () => expressListener(observe(receiver(), tracing(0.1))),

  'core/node, for other addresses': () => webhookListener(receiver({ allowedIps: ['192.0.2.0/24'] })),
};
