import type { RequestListener } from 'node:http';
import { bodyParser as koaBodyparser6 } from '@koa/bodyparser';
import type { Receiver } from '@spiderfoot-webhooks/core';
import { captureRawBody, webhookHandler as expressHandler } from '@spiderfoot-webhooks/express';
import { webhookHandler as honoHandler } from '@spiderfoot-webhooks/hono';
import { webhookHandler as koaHandler } from '@spiderfoot-webhooks/koa';
import express from 'express';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { cors } from 'hono/cors';
import { logger } from 'hono/logger';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { timeout } from 'hono/timeout';
import type Koa from 'koa';
import { koaBody } from 'koa-body';
import koaBodyparser from 'koa-bodyparser';
import { fetchBridge } from './fetch-bridge.ts';
import { express4, koaBody6 } from './older-frameworks.ts';
import { koaListener, type Mount, mount, nodeServer } from './servers.ts';

/** Something mounted before the receiver, as people do; and whether the raw bytes are still to be had behind it. */
interface Parser {
  readonly name: string;
  readonly keeps: boolean;
  readonly mount: Mount;
}

function parser(name: string, keeps: boolean, listen: (receiver: Receiver) => RequestListener): Parser {
  return { name, keeps, mount: mount(name, '/webhook', listen) };
}

/** The middlewares that Express 4 and Express 5 have in common. */
function expressParsers(version: string, create: typeof express): readonly Parser[] {
  const behind = (name: string, keeps: boolean, middleware: readonly express.RequestHandler[]) =>
    parser(`${version}, ${name}`, keeps, (receiver) => {
      const app = create();
      for (const one of middleware) app.use(one);
      return app.post('/webhook', expressHandler(receiver));
    });
  const { json, raw, text, urlencoded } = create;
  const any = () => true;
  const limit = '2mb';
  const verify = captureRawBody;
  return [
    behind('json()', false, [json({ limit })]),
    behind('json({ verify })', true, [json({ limit, verify })]),
    behind('json() of another type', true, [json({ limit, type: 'application/vnd.api+json' })]),
    behind('json() in another route', true, [
      (req, res, next) => (req.url === '/' ? json()(req, res, next) : next()),
    ]),
    behind('raw()', true, [raw({ limit })]),
    behind('raw() of every type', true, [raw({ limit, type: any })]),
    behind('text()', true, [text({ limit })]),
    behind('text() of every type', true, [text({ limit, type: any })]),
    behind('urlencoded()', true, [urlencoded({ limit, extended: true })]),
    behind('urlencoded() of every type', false, [urlencoded({ limit, extended: false, type: any })]),
    behind('all of them, each with verify', true, [
      urlencoded({ limit, verify, extended: false }),
      text({ limit, verify }),
      json({ limit, verify }),
      raw({ limit, verify }),
    ]),
    behind('raw() and then json()', true, [raw({ limit, type: any }), json({ limit })]),
    behind('a stream read by hand', false, [
      (req, _res, next) => void req.on('data', () => {}).on('end', () => next()),
    ]),
    behind('a stream that is being read', true, [
      (req, _res, next) => {
        req.on('data', () => {});
        next();
      },
    ]),
    behind('a stream read by hand into req.rawBody', true, [
      (req, _res, next) => {
        const chunks: Buffer[] = [];
        req.on('data', (chunk: Buffer) => void chunks.push(chunk));
        req.on('end', () => next());
        Object.defineProperty(req, 'rawBody', { get: () => Buffer.concat(chunks) });
      },
    ]),
  ];
}

function koaParser(name: string, keeps: boolean, middleware: Koa.Middleware): Parser {
  return parser(`koa, ${name}`, keeps, (receiver) =>
    koaListener((app) => app.use(middleware).use(koaHandler(receiver))),
  );
}

const drain: Koa.Middleware = async ({ req }, next) => {
  for await (const _chunk of req);
  await next();
};

const koaParsers: readonly Parser[] = [
  koaParser('koa-bodyparser', true, koaBodyparser({ jsonLimit: '2mb' })),
  koaParser('koa-bodyparser of other types', true, koaBodyparser({ enableTypes: ['form', 'text'] })),
  koaParser('@koa/bodyparser', true, koaBodyparser6({ jsonLimit: '2mb' })),
  koaParser('@koa/bodyparser, patchNode', true, koaBodyparser6({ jsonLimit: '2mb', patchNode: true })),
  koaParser('koa-body', false, koaBody({ jsonLimit: '2mb' })),
  koaParser('koa-body, includeUnparsed', true, koaBody({ jsonLimit: '2mb', includeUnparsed: true })),
  koaParser('koa-body 6, includeUnparsed', true, koaBody6({ jsonLimit: '2mb', includeUnparsed: true })),
  koaParser('koa-body without json', true, koaBody({ json: false, text: false, multipart: true })),
  koaParser('a stream read by hand', false, drain),
  koaParser('a stream that is being read', true, ({ req }, next) => {
    req.on('data', () => {});
    return next();
  }),
];

const reading = (read: (c: Parameters<MiddlewareHandler>[0]) => Promise<unknown>): MiddlewareHandler => {
  return async (c, next) => {
    await read(c);
    await next();
  };
};

/** The same, for somebody who does not wait for it. */
const meanwhile = (read: (c: Parameters<MiddlewareHandler>[0]) => Promise<unknown>): MiddlewareHandler => {
  return (c, next) => {
    read(c).catch(() => {});
    return next();
  };
};

const honoMiddlewares: readonly (readonly [string, boolean, MiddlewareHandler])[] = [
  ['c.req.json()', true, reading(({ req }) => req.json())],
  ['c.req.text()', true, reading(({ req }) => req.text())],
  ['c.req.arrayBuffer()', true, reading(({ req }) => req.arrayBuffer())],
  ['c.req.bytes()', true, reading(({ req }) => req.bytes())],
  ['c.req.blob()', true, reading(({ req }) => req.blob())],
  ['c.req.parseBody()', true, reading(({ req }) => req.parseBody())],
  ['c.req.text() and then json()', true, reading(async ({ req }) => [await req.text(), await req.json()])],
  ['c.req.blob() and then json()', true, reading(async ({ req }) => [await req.blob(), await req.json()])],
  ['c.req.text(), being read', true, meanwhile(({ req }) => req.text())],
  ['c.req.raw.text()', false, reading(({ req }) => req.raw.text())],
  ['c.req.raw.body, read', false, reading(({ req }) => new Response(req.raw.body).arrayBuffer())],
  ['c.req.raw.clone(), read before', true, reading(({ req }) => req.raw.clone().text())],
  ['c.req.raw.clone(), being read', true, meanwhile(({ req }) => req.raw.clone().text())],
  [
    'c.req.raw.clone(), read afterwards',
    true,
    async (c, next) => {
      const copy = c.req.raw.clone();
      await next();
      if ((await copy.text()) === '') throw new Error('Nothing was left for the copy');
    },
  ],
  [
    'c.req.raw.body, looked at',
    true,
    (c, next) => {
      if (c.req.raw.body === null) throw new Error('No body');
      return next();
    },
  ],
  [
    'c.req.raw replaced by a copy',
    true,
    async (c, next) => {
      c.req.raw = new Request(c.req.raw, { body: await c.req.raw.arrayBuffer() });
      await next();
    },
  ],
  ['bodyLimit()', true, bodyLimit({ maxSize: 2 * 1024 * 1024 })],
  ['logger()', true, logger(() => {})],
  ['cors()', true, cors()],
  ['secureHeaders()', true, secureHeaders()],
  ['requestId()', true, requestId()],
  ['compress()', true, compress()],
  ['timeout()', true, timeout(20_000)],
];

function honoParsers(where: string, serve: (app: Hono) => RequestListener): readonly Parser[] {
  return honoMiddlewares.map(([name, keeps, middleware]) =>
    parser(`hono${where}, ${name}`, keeps, (receiver) =>
      serve(new Hono().use(middleware).post('/webhook', honoHandler(receiver))),
    ),
  );
}

export const parsers: readonly Parser[] = [
  ...expressParsers('express', express),
  ...expressParsers('express 4', express4),
  ...koaParsers,
  ...honoParsers('', (app) => nodeServer(app.fetch)),
  ...honoParsers(' off Node', (app) => fetchBridge(async (request) => app.fetch(request))),
];
