import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import Router from '@koa/router';
import type { Receiver } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { fetchHandler } from '@spiderfoot-webhooks/core/web';
import { webhookHandler as expressHandler } from '@spiderfoot-webhooks/express';
import { webhookHandler as honoHandler } from '@spiderfoot-webhooks/hono';
import { webhookHandler as koaHandler } from '@spiderfoot-webhooks/koa';
import express from 'express';
import { Hono, type MiddlewareHandler } from 'hono';
import Koa from 'koa';
import { fetchBridge, peerOf, rememberPeer } from './fetch-bridge.ts';
import { express4, Koa2 } from './older-frameworks.ts';

export interface Running {
  readonly port: number;
  /** The path of the webhook. */
  readonly path: string;
  readonly close: () => Promise<void>;
}

export interface MountOptions {
  /** Becomes the adapter's `clientIp`, and is given the way that its framework reads headers. */
  readonly clientIp?: (header: (name: string) => string | undefined) => string | undefined;
  /** Something before the receiver reads the body, and keeps no bytes of it. */
  readonly readBodyFirst?: boolean;
  /** What a middleware of the app does to the request and the response before the receiver. Not for the fetch mounts. */
  readonly before?: (req: IncomingMessage, res: ServerResponse) => void;
  /** The server finishes what it is at after the client's FIN; Node's own default is not to. */
  readonly halfOpen?: boolean;
}

/** One way to mount a receiver. */
export interface Mount {
  readonly name: string;
  start(receiver: Receiver, options?: MountOptions): Promise<Running>;
}

export function mount(
  name: string,
  path: string,
  toListener: (receiver: Receiver, options: MountOptions) => RequestListener,
): Mount {
  const start: Mount['start'] = async (receiver, options = {}) => ({
    path,
    ...(await listen(toListener(receiver, options), options)),
  });
  return { name, start };
}

/** Listens on any free port of loopback. */
export async function listen(
  listener: RequestListener,
  { halfOpen = false }: Pick<MountOptions, 'halfOpen'> = {},
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = createServer(listener);
  // Node itself closes what has been idle for five seconds, and would hide that we have forgotten to.
  Object.assign(server, { httpAllowHalfOpen: halfOpen, keepAliveTimeout: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port, close };
}

function expressRoutes(receiver: Receiver, { clientIp, readBodyFirst, before }: MountOptions) {
  const handler = expressHandler(
    receiver,
    clientIp && { clientIp: (req) => clientIp((name) => req.get(name)) },
  );
  const alter: express.RequestHandler = (req, res, next) => {
    before?.(req, res);
    next();
  };
  return readBodyFirst ? [alter, express.json(), handler] : [alter, handler];
}

function koaRoutes(receiver: Receiver, { clientIp, readBodyFirst, before }: MountOptions): Koa.Middleware[] {
  const handler = koaHandler(
    receiver,
    clientIp && { clientIp: (ctx) => clientIp((name) => ctx.get(name) || undefined) },
  );
  const drain: Koa.Middleware = async (ctx, next) => {
    for await (const _chunk of ctx.req);
    await next();
  };
  const alter: Koa.Middleware = (ctx, next) => {
    before?.(ctx.req, ctx.res);
    return next();
  };
  return readBodyFirst ? [alter, drain, handler] : [alter, handler];
}

function honoApp(receiver: Receiver, path: string, { clientIp, readBodyFirst, before }: MountOptions): Hono {
  const app = new Hono();
  // Hono's own prints what was thrown.
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
  const handler = honoHandler(
    receiver,
    clientIp && { clientIp: (c) => clientIp((name) => c.req.header(name)) },
  );
  return app.all(path, handler);
}

function nodeListener(
  receiver: Receiver,
  { clientIp, readBodyFirst, before }: MountOptions,
): RequestListener {
  const listener = webhookListener(
    receiver,
    clientIp && { clientIp: (req) => clientIp((name) => req.headers[name]?.toString()) },
  );
  return async (req, res) => {
    before?.(req, res);
    if (readBodyFirst) for await (const _chunk of req);
    await listener(req, res);
  };
}

function fetchOf(receiver: Receiver, { clientIp, readBodyFirst }: MountOptions) {
  const handle = fetchHandler(receiver, {
    clientIp: (request) =>
      clientIp === undefined ? peerOf(request) : clientIp((name) => request.headers.get(name) ?? undefined),
  });
  return async (request: Request) => {
    if (readBodyFirst) await request.arrayBuffer();
    return handle(request);
  };
}

export function koaListener(build: (app: Koa) => void, Framework = Koa): RequestListener {
  const app = new Framework();
  // Koa prints what a broken connection throws.
  app.silent = true;
  build(app);
  const callback = app.callback();
  return (req, res) => void callback(req, res);
}

export const mounts: readonly Mount[] = [
  mount('express', '/webhook', (receiver, options) =>
    express().all('/webhook', ...expressRoutes(receiver, options)),
  ),
  mount('express, router at a base path', '/hooks/spiderfoot', (receiver, options) => {
    const router = express.Router();
    router.all('/spiderfoot', ...expressRoutes(receiver, options));
    return express().use('/hooks', router);
  }),
  mount('express, sub-app', '/api/webhook', (receiver, options) => {
    const subApp = express();
    subApp.use('/webhook', ...expressRoutes(receiver, options));
    return express().use('/api', subApp);
  }),
  mount('express 4', '/webhook', (receiver, options) =>
    express4().all('/webhook', ...expressRoutes(receiver, options)),
  ),
  mount('koa', '/webhook', (receiver, options) =>
    koaListener((app) => {
      for (const middleware of koaRoutes(receiver, options)) app.use(middleware);
    }),
  ),
  mount('koa 2', '/webhook', (receiver, options) =>
    koaListener((app) => {
      for (const middleware of koaRoutes(receiver, options)) app.use(middleware);
    }, Koa2),
  ),
  mount('koa, router', '/webhook', (receiver, options) =>
    koaListener((app) => {
      const router = new Router();
      router.all('/webhook', ...koaRoutes(receiver, options));
      app.use(router.routes());
    }),
  ),
  mount('koa, router under a prefix', '/api/hooks/webhook', (receiver, options) =>
    koaListener((app) => {
      const inner = new Router({ prefix: '/hooks' });
      inner.all('/webhook', ...koaRoutes(receiver, options));
      const outer = new Router();
      outer.use('/api', inner.routes());
      app.use(outer.routes());
    }),
  ),
  mount('hono', '/webhook', (receiver, options) => {
    const app = honoApp(receiver, '/webhook', options);
    return nodeServer(app.fetch);
  }),
  mount('hono, base path', '/api/hooks/webhook', (receiver, options) => {
    const app = new Hono().basePath('/api').route('/hooks', honoApp(receiver, '/webhook', options));
    return nodeServer(app.fetch);
  }),
  mount('node', '/webhook', nodeListener),
  mount('fetch', '/webhook', (receiver, options) => fetchBridge(fetchOf(receiver, options))),
  mount('fetch on @hono/node-server', '/webhook', (receiver, options) => {
    const handle = fetchOf(receiver, options);
    return nodeServer((request, { incoming }) => {
      rememberPeer(request, incoming.socket.remoteAddress);
      return handle(request);
    });
  }),
];

/** The mounts in which a middleware has Node's own request and response at hand. */
export const nodeMounts = mounts.filter(({ name }) => !name.startsWith('fetch'));

export function nodeServer(fetch: Parameters<typeof getRequestListener>[0]): RequestListener {
  const listener = getRequestListener(fetch);
  return (req, res) => void listener(req, res);
}
