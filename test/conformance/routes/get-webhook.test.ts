import { getWebhook, webhookMiddleware } from '@spiderfoot-webhooks/express';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { serving } from '../../support/serving.ts';
import { routedReceiver, send, webhook } from '../../support/webhooks.ts';

describe('getWebhook()', () => {
  it('getWebhook() returns the event of the middleware that has run, and only for its receiver', async () => {
    const { receiver } = routedReceiver();
    const other = routedReceiver().receiver;
    const app = express();
    app.post('/webhook', webhookMiddleware(receiver), (req, res) => {
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
