import type { RequestListener } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { Receiver } from '@spiderfoot-webhooks/core';
import { webhookHandler, webhookMiddleware } from '@spiderfoot-webhooks/hono';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { cors } from 'hono/cors';
import { logger } from 'hono/logger';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { timeout } from 'hono/timeout';
import { fetchBridge } from '../fetch-bridge.ts';
import {
  type AdapterMounts,
  answerOf,
  type MountOptions,
  mount,
  type Parser,
  parser,
  type Route,
  routeMount,
  teapot,
} from './mount.ts';

export function nodeServer(fetch: Parameters<typeof getRequestListener>[0]): RequestListener {
  const listener = getRequestListener(fetch);
  return (req, res) => void listener(req, res);
}

function honoApp(receiver: Receiver, path: string, { clientIp, readBodyFirst, before }: MountOptions): Hono {
  const app = new Hono();
  // Hono's default error handler prints the error.
  app.onError((_error, c) => c.text('Internal Server Error', 500));
  if (readBodyFirst) {
    app.use(async (c, next) => {
      await new Response(c.req.raw.body).arrayBuffer();
      await next();
    });
  }
  if (before !== undefined) {
    const alter: MiddlewareHandler<{ Bindings: HttpBindings }> = async ({ env }, next) => {
      before(env.incoming, env.outgoing);
      await next();
    };
    app.use(alter);
  }
  const handler = webhookHandler(
    receiver,
    clientIp && { clientIp: (c) => clientIp((name) => c.req.header(name)) },
  );
  return app.all(path, handler);
}

function honoRouteApp(receiver: Receiver, route: Route): Hono {
  const app = new Hono();
  app.onError((_error, c) => c.json(teapot.body, 418));
  app.post('/webhook', webhookMiddleware(receiver), async (c) => {
    const status = await route(c.var.spiderfoot);
    return Response.json(answerOf(status), { status });
  });
  return app;
}

const reading = (read: (c: Parameters<MiddlewareHandler>[0]) => Promise<unknown>): MiddlewareHandler => {
  return async (c, next) => {
    await read(c);
    await next();
  };
};

/** Like {@link reading}, but does not wait until the body has been read. */
const readingConcurrently = (
  read: (c: Parameters<MiddlewareHandler>[0]) => Promise<unknown>,
): MiddlewareHandler => {
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
  ['c.req.text(), being read', true, readingConcurrently(({ req }) => req.text())],
  ['c.req.raw.text()', false, reading(({ req }) => req.raw.text())],
  ['c.req.raw.body, read', false, reading(({ req }) => new Response(req.raw.body).arrayBuffer())],
  ['c.req.raw.clone(), read before', true, reading(({ req }) => req.raw.clone().text())],
  ['c.req.raw.clone(), being read', true, readingConcurrently(({ req }) => req.raw.clone().text())],
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
    'c.req.raw.body, accessed',
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
      serve(new Hono().use(middleware).post('/webhook', webhookHandler(receiver))),
    ),
  );
}

export const honoMounts: AdapterMounts = {
  mounts: [
    mount('hono', '/webhook', (receiver, options) => {
      const app = honoApp(receiver, '/webhook', options);
      return nodeServer(app.fetch);
    }),
    mount('hono, base path', '/api/hooks/webhook', (receiver, options) => {
      const app = new Hono().basePath('/api').route('/hooks', honoApp(receiver, '/webhook', options));
      return nodeServer(app.fetch);
    }),
  ],
  routeMounts: [
    routeMount('hono', (receiver, route) => nodeServer(honoRouteApp(receiver, route).fetch)),
    routeMount('hono off Node', (receiver, route) => {
      const app = honoRouteApp(receiver, route);
      return fetchBridge(async (request) => app.fetch(request));
    }),
  ],
  parsers: [
    ...honoParsers('', (app) => nodeServer(app.fetch)),
    ...honoParsers(' off Node', (app) => fetchBridge(async (request) => app.fetch(request))),
  ],
};
