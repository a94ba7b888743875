import { captureRawBody, getWebhook, webhookMiddleware } from '@spiderfoot-webhooks/express';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { express4 } from '../../support/older-frameworks.ts';
import { framings, largeData, largeEvent, serving } from '../../support/serving.ts';
import { routedReceiver, send, webhook } from '../../support/webhooks.ts';

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
    const app = create().use('/webhook', webhookMiddleware(receiver), ...parsers);
    app.post('/webhook', (req, res) => {
      res.json({ body: req.body, same: req.body === getWebhook(req, receiver).event });
    });
    const at = await serving(app);
    for (const framing of framings) {
      for (const type of ['scan_completed', 'scan.complete'] as const) {
        const { status, body } = await send(at, await webhook(type, { data: largeData() }), { framing });
        expect(status).toBe(200);
        expect(JSON.parse(body)).toMatchObject({ body: largeEvent, same: true });
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
    app.post('/webhook', webhookMiddleware(receiver), json(), (req, res) => {
      res.json(req.body);
    });
    const { status, body } = await send(await serving(app), await webhook('scan.complete'));
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject(Object(expected));
  });

  it('parses a request to another route as usual', async () => {
    const { receiver } = routedReceiver();
    const app = create().post('/webhook', webhookMiddleware(receiver)).use(json());
    app.post('/other', (req, res) => {
      res.json(req.body);
    });
    const at = await serving(app);
    const message = await webhook();
    const { body } = await send({ ...at, path: '/other' }, message);
    expect(JSON.parse(body)).toEqual(JSON.parse(message.body.toString()));
  });
});
