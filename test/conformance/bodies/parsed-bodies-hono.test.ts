import { webhookHandler, webhookMiddleware } from '@spiderfoot-webhooks/hono';
import { type Context, Hono } from 'hono';
import { validator } from 'hono/validator';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { nodeServer } from '../../support/adapters/hono.ts';
import { fetchBridge } from '../../support/fetch-bridge.ts';
import { framings, type Listener, serving, smallData } from '../../support/serving.ts';
import {
  bytesOf,
  connectTo,
  recordingReceiver,
  routedReceiver,
  send,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

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
    app.post('/webhook', webhookMiddleware(receiver), async (c) => Response.json(await read(c)));
    const at = await serving(serve(app));
    for (const framing of framings) {
      const message = await webhook('scan_completed', { data: smallData() });
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
      webhookMiddleware(receiver),
      validator('json', (value) => value),
      (c) => Response.json(c.req.valid('json')),
    );
    const at = await serving(serve(app));
    for (const path of ['/webhook', '/webhook?before']) {
      const message = await webhook('scan_completed', { data: smallData() });
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
      const reading = vi.fn();
      app.use(async (c, next) => {
        reading();
        await read(c).catch(() => {});
        await next();
      });
      app.post('/webhook', webhookHandler(receiver));
      const at = await serving(nodeServer(app.fetch));
      const message = await webhook('scan_completed', { data: smallData() });
      const client = await connectTo(at);
      const unsigned = withHeader(message, 'x-spiderfoot-signature', undefined);
      await client.write(bytesOf(at, unsigned).subarray(0, -5));
      await vi.waitFor(() => expect(reading).toHaveBeenCalled());
      client.reset();
      await vi.waitFor(() => expect(outcomes).toMatchObject([{ code: 'missing_signature' }]));
      expect((await send(at, message)).status).toBe(200);
      expect(unhandled).toEqual([]);
    },
  );
});
