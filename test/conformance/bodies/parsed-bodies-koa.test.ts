import { bodyParser as koaBodyparser6 } from '@koa/bodyparser';
import Router from '@koa/router';
import { webhookMiddleware } from '@spiderfoot-webhooks/koa';
import type Koa from 'koa';
import { koaBody } from 'koa-body';
import koaBodyparser from 'koa-bodyparser';
import { describe, expect, it } from 'vitest';
import { koaListener } from '../../support/adapters/koa.ts';
import { Koa2, koaBody6 } from '../../support/older-frameworks.ts';
import { framings, largeData, largeEvent, serving } from '../../support/serving.ts';
import { routedReceiver, send, webhook } from '../../support/webhooks.ts';

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
        if (ctx.req !== req) throw new Error('The request was not restored');
      });
      const router = new Router();
      router.post('/webhook', webhookMiddleware(receiver), ...parsers, (ctx) => {
        ctx.body = { body: ctx.request.body, type: ctx.is('json'), url: ctx.req.url };
      });
      app.use(router.routes());
    }, Framework);
    const at = await serving(listener);
    for (const framing of framings) {
      const { status, body } = await send(at, await webhook('scan_completed', { data: largeData() }), {
        framing,
      });
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ body: largeEvent, type: 'json', url: '/webhook' });
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
        .use(webhookMiddleware(receiver))
        .use(koaBodyparser())
        .use((ctx) => {
          ctx.body = ctx.request.body;
        });
    }, Framework);
    const { status, body } = await send(await serving(listener), await webhook());
    expect({ status, body }).toEqual({ status: 200, body: '{"own":true}' });
  });
});
