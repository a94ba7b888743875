import type { RequestListener } from 'node:http';
import type { Receiver } from '@spiderfoot-webhooks/core';
import { captureRawBody, webhookHandler, webhookMiddleware } from '@spiderfoot-webhooks/express';
import express, { type ErrorRequestHandler } from 'express';
import { express4 } from '../older-frameworks.ts';
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

function expressRoutes(receiver: Receiver, { clientIp, readBodyFirst, before }: MountOptions) {
  const handler = webhookHandler(
    receiver,
    clientIp && { clientIp: (req) => clientIp((name) => req.get(name)) },
  );
  const alter: express.RequestHandler = (req, res, next) => {
    before?.(req, res);
    next();
  };
  return readBodyFirst ? [alter, express.json(), handler] : [alter, handler];
}

function expressApp(create: typeof express): (receiver: Receiver, route: Route) => RequestListener {
  return (receiver, route) => {
    const app = create();
    const onError: ErrorRequestHandler = (_error, _req, res, _next) => {
      res.status(teapot.status).json(teapot.body);
    };
    app.use('/webhook', webhookMiddleware(receiver));
    app.use(express.json());
    app.post('/webhook', (req, res, next) => {
      // Express 4 ignores the promise of a route.
      Promise.resolve(route(req.spiderfoot))
        .then((status) => res.status(status).json(answerOf(status)))
        .catch(next);
    });
    return app.use(onError);
  };
}

/** The middleware that Express 4 and Express 5 have in common. */
function expressParsers(version: string, create: typeof express): readonly Parser[] {
  const behind = (name: string, keeps: boolean, middleware: readonly express.RequestHandler[]) =>
    parser(`${version}, ${name}`, keeps, (receiver) => {
      const app = create();
      for (const one of middleware) app.use(one);
      return app.post('/webhook', webhookHandler(receiver));
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

export const expressMounts: AdapterMounts = {
  mounts: [
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
  ],
  routeMounts: [routeMount('express', expressApp(express)), routeMount('express 4', expressApp(express4))],
  parsers: [...expressParsers('express', express), ...expressParsers('express 4', express4)],
};
