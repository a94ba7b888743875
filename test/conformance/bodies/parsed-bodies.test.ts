import { setTimeout as sleep } from 'node:timers/promises';
import { bodyParser as koaBodyparser6 } from '@koa/bodyparser';
import Router from '@koa/router';
import {
  captureRawBody,
  webhookMiddleware as expressMiddleware,
  getWebhook,
} from '@spiderfoot-webhooks/express';
import {
  webhookHandler as honoHandler,
  webhookMiddleware as honoMiddleware,
} from '@spiderfoot-webhooks/hono';
import { webhookMiddleware as koaMiddleware } from '@spiderfoot-webhooks/koa';
import express from 'express';
import { type Context, Hono } from 'hono';
import { validator } from 'hono/validator';
import type Koa from 'koa';
import { koaBody } from 'koa-body';
import koaBodyparser from 'koa-bodyparser';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { nodeServer } from '../../support/adapters/hono.ts';
import { koaListener } from '../../support/adapters/koa.ts';
import { listen } from '../../support/adapters/mount.ts';
import { fetchBridge } from '../../support/fetch-bridge.ts';
import { express4, Koa2, koaBody6 } from '../../support/older-frameworks.ts';
import {
  bytesOf,
  connectTo,
  recordingReceiver,
  routedReceiver,
  send,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

type Listener = Parameters<typeof listen>[0];

async function serving(listener: Listener) {
  const at = { path: '/webhook', ...(await listen(listener)) };
  onTestFinished(at.close);
  return at;
}

const framings = ['length', 'chunked'] as const;
let serial = 0;

/** A body that no parser accepts by default: it contains Python's NaN, and exceeds 100 kB. */
const data = () => ({ serial: serial++, target: 'exämple', ratio: Number.NaN, text: 'x'.repeat(150_000) });
const event = { event_type: 'scan_completed', data: { target: 'exämple', ratio: null } };

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('after webhookMiddleware in %s', (_, create) => {
  const { json, raw, text, urlencoded } = create;
  const any = () => true;

  it.each<[string, readonly express.RequestHandler[]]>([
    ['no parser', []],
    ['json()', [json()]],
    ['json({ strict: false }) of every type', [json({ strict: false, type: any })]],
    ['text() of every type', [text({ type: any })]],
    ['raw() of every type', [raw({ type: any })]],
    ['urlencoded() of every type', [urlencoded({ extended: true, type: any })]],
    ['all of them', [json(), urlencoded({ extended: false }), text(), raw()]],
  ])('sets req.body to the event even behind %s', async (_name, parsers) => {
    const { receiver } = routedReceiver();
    const app = create().use('/webhook', expressMiddleware(receiver), ...parsers);
    app.post('/webhook', (req, res) => {
      res.json({ body: req.body, same: req.body === getWebhook(req, receiver).event });
    });
    const at = await serving(app);
    for (const framing of framings) {
      for (const type of ['scan_completed', 'scan.complete'] as const) {
        const { status, body } = await send(at, await webhook(type, { data: data() }), { framing });
        expect(status).toBe(200);
        expect(JSON.parse(body)).toMatchObject({ body: event, same: true });
      }
    }
  });

  it.each<[string, express.RequestHandler, unknown]>([
    ['json({ verify })', json({ verify: captureRawBody }), { event_type: 'scan.complete', payload: {} }],
    [
      'urlencoded(), which leaves it empty',
      urlencoded({ extended: false }),
      { event_type: 'scan_completed' },
    ],
    [
      'a middleware',
      (req, _res, next) => {
        req.body = { own: true };
        next();
      },
      { own: true },
    ],
    [
      'a platform whose getter throws',
      (req, _res, next) => {
        const get = () => {
          throw new SyntaxError('Invalid JSON');
        };
        Object.defineProperty(req, 'body', { get, configurable: true });
        next();
      },
      { event_type: 'scan_completed' },
    ],
  ])('keeps the req.body of %s unless it is empty', async (_name, before, expected) => {
    const { receiver } = routedReceiver();
    const app = create().use(before);
    app.post('/webhook', expressMiddleware(receiver), json(), (req, res) => {
      res.json(req.body);
    });
    const { status, body } = await send(await serving(app), await webhook('scan.complete'));
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject(Object(expected));
  });

  it('parses a request to another route as usual', async () => {
    const { receiver } = routedReceiver();
    const app = create().post('/webhook', expressMiddleware(receiver)).use(json());
    app.post('/other', (req, res) => {
      res.json(req.body);
    });
    const at = await serving(app);
    const message = await webhook();
    const { body } = await send({ ...at, path: '/other' }, message);
    expect(JSON.parse(body)).toEqual(JSON.parse(message.body.toString()));
  });
});

const ownParser: Koa.Middleware = async (ctx, next) => {
  const chunks: Buffer[] = [];
  for await (const chunk of ctx.req) chunks.push(Buffer.from(chunk));
  ctx.request.body = JSON.parse(Buffer.concat(chunks).toString());
  await next();
};

describe.each([
  ['Koa 3', undefined],
  ['Koa 2', Koa2],
])('after webhookMiddleware in %s', (_, Framework) => {
  it.each<[string, readonly Koa.Middleware[]]>([
    ['no parser', []],
    ['koaBody()', [koaBody()]],
    ['koaBody() that patches the request of Node', [koaBody({ patchNode: true, includeUnparsed: true })]],
    ['koaBody() 6', [koaBody6()]],
    ['koa-bodyparser', [koaBodyparser()]],
    ['koa-bodyparser of other types', [koaBodyparser({ enableTypes: ['form', 'text'] })]],
    ['@koa/bodyparser', [koaBodyparser6()]],
    ['@koa/bodyparser, patchNode', [koaBodyparser6({ patchNode: true })]],
    ['a parser of its own', [ownParser]],
    ['several', [koaBodyparser(), koaBody(), koaBodyparser6()]],
  ])('sets ctx.request.body to the parsed body even behind %s', async (_name, parsers) => {
    const { receiver } = routedReceiver();
    const listener = koaListener((app) => {
      app.use(async (ctx, next) => {
        const { req } = ctx;
        await next();
        if (ctx.req !== req) throw new Error('The request was replaced for good');
      });
      const router = new Router();
      router.post('/webhook', koaMiddleware(receiver), ...parsers, (ctx) => {
        ctx.body = { body: ctx.request.body, type: ctx.is('json'), url: ctx.req.url };
      });
      app.use(router.routes());
    }, Framework);
    const at = await serving(listener);
    for (const framing of framings) {
      const { status, body } = await send(at, await webhook('scan_completed', { data: data() }), { framing });
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ body: event, type: 'json', url: '/webhook' });
    }
  });

  it('keeps a ctx.request.body that the app has set', async () => {
    const { receiver } = routedReceiver();
    const listener = koaListener((app) => {
      app.use((ctx, next) => {
        ctx.request.body = { own: true };
        return next();
      });
      app
        .use(koaMiddleware(receiver))
        .use(koaBodyparser())
        .use((ctx) => {
          ctx.body = ctx.request.body;
        });
    }, Framework);
    const { status, body } = await send(await serving(listener), await webhook());
    expect({ status, body }).toEqual({ status: 200, body: '{"own":true}' });
  });
});

const plain = () => ({ serial: serial++, target: 'exämple' });

describe.each<[string, (app: Hono) => Listener]>([
  ['on Node', (app) => nodeServer(app.fetch)],
  ['off Node', (app) => fetchBridge(async (request) => app.fetch(request))],
])('after webhookMiddleware in Hono %s', (_, serve) => {
  it.each<[string, (c: Context) => Promise<unknown>]>([
    ['c.req.json()', (c) => c.req.json()],
    ['c.req.text()', async (c) => JSON.parse(await c.req.text())],
    ['c.req.arrayBuffer()', async (c) => JSON.parse(Buffer.from(await c.req.arrayBuffer()).toString())],
    ['c.req.blob()', async (c) => JSON.parse(await (await c.req.blob()).text())],
    ['c.req.json() twice', async (c) => [await c.req.json(), await c.req.json()][1]],
  ])('returns the original body from %s', async (_name, read) => {
    const { receiver } = routedReceiver();
    const app = new Hono();
    app.post('/webhook', honoMiddleware(receiver), async (c) => Response.json(await read(c)));
    const at = await serving(serve(app));
    for (const framing of framings) {
      const message = await webhook('scan_completed', { data: plain() });
      const { status, body } = await send(at, message, { framing });
      expect(status).toBe(200);
      expect(JSON.parse(body)).toEqual(JSON.parse(message.body.toString()));
    }
  });

  it("passes the body to validator('json'), even if the app has already read the body", async () => {
    const { receiver } = routedReceiver();
    const app = new Hono();
    app.use(async (c, next) => {
      if (c.req.query('before') !== undefined) await c.req.json();
      await next();
    });
    app.post(
      '/webhook',
      honoMiddleware(receiver),
      validator('json', (value) => value),
      (c) => Response.json(c.req.valid('json')),
    );
    const at = await serving(serve(app));
    for (const path of ['/webhook', '/webhook?before']) {
      const message = await webhook('scan_completed', { data: plain() });
      const { status, body } = await send({ ...at, path }, message);
      expect(status).toBe(200);
      expect(JSON.parse(body)).toEqual(JSON.parse(message.body.toString()));
    }
  });
});

describe('after a Hono middleware that reads the body', () => {
  it.each<[string, (c: Context) => Promise<unknown>]>([
    ['text', (c) => c.req.text()],
    ['JSON', (c) => c.req.json()],
    ['an ArrayBuffer', (c) => c.req.arrayBuffer()],
    ['a Blob', (c) => c.req.blob()],
  ])(
    'survives an unauthenticated client that disconnects while a Hono middleware reads the body as %s',
    async (_name, read) => {
      const unhandled: unknown[] = [];
      const onUnhandled = (error: unknown) => void unhandled.push(error);
      process.on('unhandledRejection', onUnhandled);
      onTestFinished(() => void process.off('unhandledRejection', onUnhandled));
      const { receiver, outcomes } = recordingReceiver();
      const app = new Hono();
      app.use(async (c, next) => {
        await read(c).catch(() => {});
        await next();
      });
      app.post('/webhook', honoHandler(receiver));
      const at = await serving(nodeServer(app.fetch));
      const message = await webhook('scan_completed', { data: plain() });
      const client = await connectTo(at);
      const unsigned = withHeader(message, 'x-spiderfoot-signature', undefined);
      await client.write(bytesOf(at, unsigned).subarray(0, -5));
      await sleep(20);
      client.reset();
      await vi.waitFor(() => expect(outcomes).toMatchObject([{ code: 'missing_signature' }]));
      expect((await send(at, message)).status).toBe(200);
      expect(unhandled).toEqual([]);
    },
  );
});

describe('getWebhook', () => {
  it('getWebhook returns the event of the middleware that has run, and only for its receiver', async () => {
    const { receiver } = routedReceiver();
    const other = routedReceiver().receiver;
    const app = express();
    app.post('/webhook', expressMiddleware(receiver), (req, res) => {
      const { event: own, context } = getWebhook(req);
      expect(getWebhook(req, receiver).event).toBe(own);
      expect(() => getWebhook(req, other)).toThrow('webhookMiddleware(receiver)');
      res.json({ type: own.event_type, attempt: context.attempt });
    });
    app.post('/bare', (req, res) => {
      expect(() => getWebhook(req, receiver)).toThrow('webhookMiddleware(receiver)');
      expect(() => getWebhook(req)).toThrow('webhookMiddleware(receiver)');
      res.json({});
    });
    const at = await serving(app);
    const message = await webhook();
    expect(await send(at, message)).toMatchObject({
      status: 200,
      body: '{"type":"scan_completed","attempt":1}',
    });
    expect(await send({ ...at, path: '/bare' }, message)).toMatchObject({ status: 200 });
  });
});

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
