import type { RequestListener } from 'node:http';
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import type { Receiver } from '@spiderfoot-webhooks/core';
import { webhookHandler, webhookMiddleware } from '@spiderfoot-webhooks/koa';
import Koa from 'koa';
import { koaBody } from 'koa-body';
import koaBodyparser from 'koa-bodyparser';
import { Koa2, koaBody6 } from '../older-frameworks.ts';
import {
  type AdapterMounts,
  answerOf,
  type MountOptions,
  mount,
  type Parser,
  parser,
  routeMount,
  teapot,
} from './mount.ts';

export function koaListener(build: (app: Koa) => void, Framework = Koa): RequestListener {
  const app = new Framework();
  // Koa prints the error of a broken connection.
  app.silent = true;
  build(app);
  const callback = app.callback();
  return (req, res) => void callback(req, res);
}

function koaRoutes(receiver: Receiver, { clientIp, readBodyFirst, before }: MountOptions): Koa.Middleware[] {
  const handler = webhookHandler(
    receiver,
    clientIp && { clientIp: (ctx) => clientIp((name) => ctx.get(name) || undefined) },
  );
  const alter: Koa.Middleware = (ctx, next) => {
    before?.(ctx.req, ctx.res);
    return next();
  };
  return readBodyFirst ? [alter, drain, handler] : [alter, handler];
}

const drain: Koa.Middleware = async ({ req }, next) => {
  for await (const _chunk of req);
  await next();
};

function koaParser(name: string, keeps: boolean, middleware: Koa.Middleware): Parser {
  return parser(`koa, ${name}`, keeps, (receiver) =>
    koaListener((app) => app.use(middleware).use(webhookHandler(receiver))),
  );
}

const koaParsers: readonly Parser[] = [
  koaParser('koa-bodyparser', true, koaBodyparser({ jsonLimit: '2mb' })),
  koaParser('koa-bodyparser of other types', true, koaBodyparser({ enableTypes: ['form', 'text'] })),
  koaParser('@koa/bodyparser', true, bodyParser({ jsonLimit: '2mb' })),
  koaParser('@koa/bodyparser, patchNode', true, bodyParser({ jsonLimit: '2mb', patchNode: true })),
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

export const koaMounts: AdapterMounts = {
  mounts: [
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
  ],
  routeMounts: [
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
        app.use(webhookMiddleware(receiver));
        app.use(bodyParser());
        app.use(koaBodyparser());
        app.use(async (ctx) => {
          const status = await route(ctx.state.spiderfoot);
          ctx.status = status;
          ctx.body = answerOf(status);
        });
      }),
    ),
  ],
  parsers: koaParsers,
};
