import type { RequestListener } from 'node:http';
import { createReceiver, eventSchemas, type Receiver, rejections, verify } from '@spiderfoot-webhooks/core';
import {
  pythonFloat,
  samples,
  signedDelivery,
  signedRequest,
  signedWebhook,
} from '@spiderfoot-webhooks/core/testing';
import { webhookHandler as expressHandler } from '@spiderfoot-webhooks/express';
import { webhookHandler as honoHandler } from '@spiderfoot-webhooks/hono';
import { webhookHandler as koaHandler } from '@spiderfoot-webhooks/koa';
import express from 'express';
import { Hono } from 'hono';
import request from 'supertest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeServer } from '../support/adapters/hono.ts';
import { koaListener } from '../support/adapters/koa.ts';
import { listen } from '../support/adapters/mount.ts';
import { recordingReceiver, secret } from '../support/webhooks.ts';
import { guideTypes, shippedTypes, twins } from './support/types.ts';

const honoApp = (receiver: Receiver) => new Hono().post('/webhook', honoHandler(receiver));

/** Apps like those of a user. */
const apps: Readonly<Record<string, (receiver: Receiver) => RequestListener>> = {
  express: (receiver) => express().post('/webhook', expressHandler(receiver)),
  koa: (receiver) => koaListener((app) => app.use(koaHandler(receiver))),
  hono: (receiver) => nodeServer(honoApp(receiver).fetch),
};

const success = { status: 'success', id: expect.any(String) };

describe.each(Object.entries(apps))('testing an app in %s', (_, toApp) => {
  it('signedWebhook works with fetch and a running server', async () => {
    const { receiver, handled } = recordingReceiver();
    const { port, close } = await listen(toApp(receiver));
    onTestFinished(close);
    const { url, ...init } = await signedWebhook('scan_completed', {
      secret,
      url: `http://127.0.0.1:${port}/webhook`,
    });
    const response = await fetch(url, init);
    expect([response.status, await response.json()]).toEqual([200, success]);
    expect(handled[0]?.event.data).toEqual(samples.scan_completed);
  });

  it('signedWebhook works with supertest', async () => {
    const { receiver, handled } = recordingReceiver();
    const { headers, body } = await signedWebhook('scan.complete', {
      secret,
      data: { target: 'exämple.com' },
    });
    const response = await request(toApp(receiver))
      .post('/webhook')
      .set({ ...headers })
      .send(body);
    expect([response.status, response.body]).toEqual([200, success]);
    expect(handled[0]?.event).toMatchObject({
      event_type: 'scan_completed',
      data: { target: 'exämple.com' },
    });
  });

  it('signedWebhook with another secret is rejected', async () => {
    const { receiver, handled } = recordingReceiver();
    const { headers, body } = await signedWebhook('scan_completed', { secret: 'another' });
    const response = await request(toApp(receiver))
      .post('/webhook')
      .set({ ...headers })
      .send(body);
    const { status, error } = rejections.invalid_signature;
    expect([response.status, response.body]).toEqual([status, { error, code: 'invalid_signature' }]);
    expect(handled).toEqual([]);
  });
});

describe('testing a Hono app without a server', () => {
  it('signedRequest works with app.fetch, and signedWebhook with app.request', async () => {
    const { receiver, handled } = recordingReceiver();
    const app = honoApp(receiver);
    expect((await app.fetch(await signedRequest('scan_completed', { secret }))).status).toBe(200);
    const { url, ...init } = await signedWebhook('scan_failed', { secret });
    expect((await app.request(url, init)).status).toBe(200);
    expect(handled.map(({ event }) => event.event_type)).toEqual(['scan_completed', 'scan_failed']);
  });
});

describe('testing a receiver without an app', () => {
  const types = [...guideTypes, ...shippedTypes, ...Object.keys(twins), ...Object.keys(eventSchemas)];
  it.each([...new Set(types)])('signedDelivery creates %s in both dialects', async (type) => {
    const { receiver, handled } = recordingReceiver();
    for (const dialect of ['guide', 'shipped'] as const) {
      const outcome = await receiver.receive(await signedDelivery(type, { secret, dialect }));
      expect(outcome).toMatchObject({ status: 'processed', wire: { dialect, eventType: type } });
    }
    const event_type = twins[type] ?? type;
    expect(handled.map(({ event }) => event)).toEqual([
      expect.objectContaining({ event_type, data: expect.any(Object) }),
      expect.objectContaining({ event_type, data: handled[0]?.event.data }),
    ]);
    expect(Object.keys(handled[0]?.event.data ?? {})).not.toEqual([]);
  });

  it('signedDelivery accepts a client address', async () => {
    const receiver = createReceiver({ secret, allowedIps: ['192.0.2.7'] });
    const outcomes = [
      await receiver.receive(await signedDelivery('scan_completed', { secret }, '192.0.2.7')),
      await receiver.receive(await signedDelivery('scan_completed', { secret })),
    ];
    expect(outcomes).toMatchObject([{ status: 'processed' }, { status: 'rejected', code: 'ip_not_allowed' }]);
  });
});

describe('signedWebhook()', () => {
  const timestamp = new Date('2024-01-01T12:00:00.250Z');

  it("writes the same JSON as SpiderFoot's Python, in the dialect of the type", async () => {
    const data = { score: pythonFloat(7), target: 'exämple.com' };
    const guide = await signedWebhook('scan_completed', { secret, timestamp, data });
    expect(guide.body).toBe(
      String.raw`{"event_type": "scan_completed", "timestamp": "2024-01-01T12:00:00.250Z", "source": "spiderfoot", "version": "5.0.3", "data": {"score": 7.0, "target": "ex\u00e4mple.com"}, "metadata": {"workspace_id": "ws_abc123", "user": "admin", "scan_name": "Weekly Security Scan"}}`,
    );
    const shipped = await signedWebhook('scan.complete', { secret, timestamp, data });
    expect(shipped.body).toBe(
      String.raw`{"event_type": "scan.complete", "timestamp": 1704110400.25, "payload": {"score": 7.0, "target": "ex\u00e4mple.com"}}`,
    );
  });

  it('sets the headers that SpiderFoot sends, and headers that the test adds or replaces', async () => {
    const headers = { 'x-request-id': 'r1', 'user-agent': 'mine' };
    const { body, ...rest } = await signedWebhook('scan.complete', {
      secret,
      url: 'http://sf.test/in',
      headers,
    });
    const signature = rest.headers['x-spiderfoot-signature'] ?? '';
    expect(rest).toEqual({
      url: 'http://sf.test/in',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-spiderfoot-event': 'scan.complete',
        'x-spiderfoot-signature': expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
        ...headers,
      },
    });
    expect(await verify(secret, body, signature)).toBe(true);
  });

  it('creates empty data for an unknown type', async () => {
    const { body } = await signedWebhook('of.tomorrow', { secret, timestamp });
    expect(body).toBe('{"event_type": "of.tomorrow", "timestamp": 1704110400.25, "payload": {}}');
  });
});
