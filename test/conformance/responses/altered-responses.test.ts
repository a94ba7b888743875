import type { IncomingMessage, ServerResponse } from 'node:http';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { webhookHandler, webhookMiddleware } from '@spiderfoot-webhooks/express';
import compression from 'compression';
import express, { type ErrorRequestHandler } from 'express';
import morgan from 'morgan';
import onHeaders from 'on-headers';
import serverless from 'serverless-http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { nodeMounts } from '../../support/adapters/index.ts';
import { listen } from '../../support/adapters/mount.ts';
import { express4 } from '../../support/older-frameworks.ts';
import {
  bytesOf,
  connectTo,
  duplicate,
  headerOf,
  recordingReceiver,
  rejection,
  resultOf,
  routedReceiver,
  send,
  start,
  success,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

type Alter = (req: IncomingMessage, res: ServerResponse) => void;

function fail(): never {
  throw new Error('a bug in the app');
}

/** Returns nothing, as the wrapper of on-headers 1.0.1 does. */
const silentWriteHead: Alter = (_req, res) => {
  const writeHead = res.writeHead.bind(res) as (...parameters: unknown[]) => unknown;
  Object.assign(res, { writeHead: (...parameters: unknown[]) => void writeHead(...parameters) });
};

const harmless: readonly (readonly [string, Alter])[] = [
  ['on-headers 1.0.1', (_req, res) => onHeaders(res, () => void res.setHeader('x-app', 'yes'))],
  ['a writeHead that returns nothing', silentWriteHead],
  [
    'a writeHead that is wrapped twice',
    (req, res) => {
      silentWriteHead(req, res);
      silentWriteHead(req, res);
    },
  ],
  [
    'an end and a setHeader that return nothing',
    (_req, res) => {
      const { end, setHeader } = res;
      Object.assign(res, {
        end: (...parameters: unknown[]) => void Reflect.apply(end, res, parameters),
        setHeader: (...parameters: unknown[]) => void Reflect.apply(setHeader, res, parameters),
      });
    },
  ],
  [
    'a status and headers that are set',
    (_req, res) => void Object.assign(res, { statusCode: 404 }).setHeader('content-type', 'text/html'),
  ],
];

describe.each(nodeMounts)('over $name', (mount) => {
  it.each(harmless)('the answer is complete behind %s', async (_, before) => {
    const { at, handled } = await start(mount, {}, { before });
    const message = await webhook();
    const client = await connectTo(at);
    for (const answer of [success, duplicate]) {
      await client.write(bytesOf(at, message));
      expect(resultOf(await client.response())).toEqual(answer);
    }
    await client.write(bytesOf(at, withHeader(message, 'x-spiderfoot-signature', undefined)));
    const rejected = await client.response();
    expect(resultOf(rejected)).toEqual(rejection('missing_signature'));
    expect(rejected.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(handled).toHaveLength(1);
  });

  it.each([
    ...(['writeHead', 'setHeader', 'end', 'write', 'getHeader', 'getHeaders'] as const),
    ...(['getHeaderNames', 'hasHeader', 'removeHeader', 'flushHeaders'] as const),
  ])('the sender is answered and the process continues even if res.%s throws', async (name) => {
    const before: Alter = (_req, res) => void Object.assign(res, { [name]: fail });
    const { at, handled } = await start(mount, {}, { before });
    const message = await webhook();
    vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    for (const sent of [message, withHeader(message, 'x-spiderfoot-signature', 'sha256=0'), message]) {
      const { status } = await send(at, sent);
      expect([200, 401, 500]).toContain(status);
    }
    expect(handled).toHaveLength(1);
  });

  it('the answer arrives even if res.end throws after sending it', async () => {
    const before: Alter = (_req, res) => {
      const { end } = res;
      const failing = (...parameters: unknown[]) => {
        Reflect.apply(end, res, parameters);
        fail();
      };
      Object.assign(res, { end: failing });
    };
    vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const { at } = await start(mount, {}, { before });
    const message = await webhook();
    expect(resultOf(await send(at, message))).toEqual(success);
    expect(resultOf(await send(at, message))).toEqual(duplicate);
  });

  it('a response that the app has already sent is not replaced', async () => {
    const before: Alter = (_req, res) => void Object.assign(res, { statusCode: 202 }).end('of the app');
    const { at } = await start(mount, {}, { before });
    const client = await connectTo(at);
    for (const message of [
      await webhook(),
      withHeader(await webhook(), 'x-spiderfoot-signature', undefined),
    ]) {
      await client.write(bytesOf(at, message));
      expect(await client.response()).toMatchObject({ status: 202, body: 'of the app' });
    }
  });

  it('a destroyed response does not affect the answers to other deliveries', async () => {
    let calls = 0;
    const before: Alter = (_req, res) => {
      if (calls++ === 0) res.destroy();
    };
    const { at } = await start(mount, {}, { before });
    const message = await webhook();
    await expect(send(at, message)).rejects.toThrow('Closed without a response');
    expect([success, duplicate]).toContainEqual(resultOf(await send(at, message)));
  });
});

describe.each(nodeMounts.filter(({ name }) => /^(?:node|express)/.test(name)))('over $name', (mount) => {
  it('an answer that the app is still writing is left to the app', async () => {
    const responses: ServerResponse[] = [];
    const before: Alter = (_req, res) => {
      res.writeHead(202, { 'content-length': 10 }).write('of ');
      responses.push(res);
    };
    const { at, outcomes } = await start(mount, {}, { before });
    const client = await connectTo(at);
    await client.write(bytesOf(at, await webhook()));
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    await new Promise((resolve) => setImmediate(resolve));
    responses[0]?.end('the app');
    expect(await client.response()).toMatchObject({ status: 202, body: 'of the app' });
  });
});

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('in %s', (_, create) => {
  it.each(['writeHead', 'setHeader', 'end'] as const)(
    "the app's error handler gets what a patched res.%s throws",
    async (name) => {
      const { receiver } = recordingReceiver();
      const onError: ErrorRequestHandler = (error, _req, res, _next) => {
        res.status(503).json({ error: String(error) });
      };
      const app = create()
        .use((_req, res, next) => {
          Object.assign(res, { [name]: fail });
          next();
        })
        .post('/webhook', webhookHandler(receiver))
        .use(onError);
      const at = { path: '/webhook', ...(await listen(app)) };
      onTestFinished(at.close);
      const answer = { status: 503, body: { error: 'Error: a bug in the app' } };
      const message = await webhook();
      expect(resultOf(await send(at, message))).toEqual(answer);
      expect(resultOf(await send(at, withHeader(message, 'content-type', 'text/plain')))).toEqual(answer);
    },
  );

  it.each([
    ['webhookHandler', webhookHandler],
    ['webhookMiddleware', webhookMiddleware],
  ])('%s closes the connection if the answer and next(error) both throw', async (_name, adapt) => {
    const webhooks = adapt(routedReceiver().receiver);
    const app = create().post('/webhook', (req, res, _next) => {
      Object.assign(res, { setHeader: fail });
      return webhooks(req, res, fail);
    });
    const at = { path: '/webhook', ...(await listen(app)) };
    onTestFinished(at.close);
    const unsigned = withHeader(await webhook(), 'x-spiderfoot-signature', undefined);
    await expect(send(at, unsigned)).rejects.toThrow('Closed without a response');
  });

  it('compression, morgan and on-headers leave the answer as it is', async () => {
    const { receiver, handled } = recordingReceiver();
    const app = create()
      .use(morgan('tiny', { stream: { write: () => {} } }))
      .use(compression({ threshold: 0 }))
      .use((_req, res, next) => {
        onHeaders(res, () => void res.setHeader('x-app', 'yes'));
        next();
      })
      .post('/webhook', webhookHandler(receiver));
    const at = { path: '/webhook', ...(await listen(app)) };
    onTestFinished(at.close);
    const message = await webhook();
    const response = await send(at, message);
    expect(resultOf(response)).toEqual(success);
    expect(response.headers['x-app']).toBe('yes');
    const compressed = await send(at, withHeader(message, 'accept-encoding', 'gzip'));
    expect(compressed).toMatchObject({ status: 200, headers: { 'content-encoding': 'gzip' } });
    expect(handled).toHaveLength(1);
  });
});

describe('webhookListener under serverless-http 4', () => {
  /** Creates an event of Amazon API Gateway. */
  async function invoke(
    handler: ReturnType<typeof serverless>,
    body: Buffer,
    headers: object,
  ): Promise<unknown> {
    return handler(
      {
        version: '2.0',
        rawPath: '/webhook',
        headers,
        requestContext: { http: { method: 'POST', path: '/webhook', sourceIp: '192.0.2.7' } },
        body: body.toString('base64'),
        isBase64Encoded: true,
      },
      {},
    );
  }

  it('settles a delivery by the response of a route behind webhookMiddleware', async () => {
    const { receiver, outcomes } = routedReceiver();
    let calls = 0;
    const app = express().post('/webhook', webhookMiddleware(receiver), (_req, res) => {
      res.status(calls++ === 0 ? 503 : 201).json({});
    });
    const handler = serverless(app);
    const { body, headers } = await webhook();
    for (const [settled, statusCode] of [503, 201, 200].entries()) {
      await vi.waitFor(() => expect(outcomes).toHaveLength(settled));
      expect(await invoke(handler, body, Object.fromEntries(headers))).toMatchObject({ statusCode });
    }
    await vi.waitFor(() => expect(outcomes).toHaveLength(3));
    expect(outcomes).toMatchObject([
      { code: 'handler_failed' },
      { status: 'processed' },
      { status: 'duplicate' },
    ]);
  });

  it('responds to events and to rejected requests', async () => {
    const { receiver, handled } = recordingReceiver();
    const handler = serverless(webhookListener(receiver));
    const { body, headers } = await webhook('scan_completed', { data: { target: 'exämple' } });
    const genuine = Object.fromEntries(headers);
    for (const status of ['success', 'duplicate']) {
      const answer = await invoke(handler, body, genuine);
      expect(answer).toMatchObject({ statusCode: 200, body: expect.stringContaining(status) });
    }
    const forged = {
      ...genuine,
      'x-spiderfoot-signature': headerOf(await webhook(), 'x-spiderfoot-signature'),
    };
    expect(await invoke(handler, body, forged)).toMatchObject({
      statusCode: 401,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: expect.stringContaining('invalid_signature'),
    });
    expect(await invoke(handler, Buffer.alloc(0), genuine)).toMatchObject({ statusCode: 401 });
    expect(handled.map(({ context }) => context.ip)).toEqual(['192.0.2.7']);
  });
});
