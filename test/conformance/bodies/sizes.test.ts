import { createReceiver } from '@spiderfoot-webhooks/core';
import { webhookHandler } from '@spiderfoot-webhooks/hono';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeServer } from '../../support/adapters/hono.ts';
import { mounts, nodeMounts } from '../../support/adapters/index.ts';
import { listen } from '../../support/adapters/mount.ts';
import type { RawClient } from '../../support/raw-client.ts';
import {
  type Address,
  chunk,
  connectTo,
  headOf,
  lastChunk,
  type Message,
  rejection,
  resultOf,
  secret,
  send,
  start,
  success,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

const tooLarge = rejection('body_too_large');
const framings = ['length', 'chunked'] as const;
const megabyte = Buffer.alloc(1024 * 1024, 'x');

/** The head of the message, with the given Content-Length. */
function declaring(message: Message, length: number, at: Address): string {
  return headOf(at, withHeader(message, 'content-length', String(length)), { framing: 'none' });
}

describe.each(mounts)('the size of a body, over $name', (mount) => {
  it.each(framings)(
    'accepts a body of exactly maxBodySize and rejects one more byte (%s)',
    async (framing) => {
      const message = await webhook();
      const { at } = await start(mount, { maxBodySize: message.body.byteLength });
      expect(resultOf(await send(at, message, { framing }))).toEqual(success);
      const larger = Buffer.concat([message.body, Buffer.from(' ')]);
      expect(resultOf(await send(at, { ...message, body: larger }, { framing }))).toEqual(tooLarge);
    },
  );

  it.each(framings)('limits the body to 1 MiB by default (%s)', async (framing) => {
    const { at, handled } = await start(mount);
    const message = await webhook('scan_completed', { data: { text: 'x'.repeat(1024 * 1024 - 300) } });
    expect(message.body.byteLength).toBeLessThan(1024 * 1024);
    expect(resultOf(await send(at, message, { framing }))).toEqual(success);
    const large = await webhook('scan_completed', { data: { text: 'x'.repeat(1024 * 1024) } });
    expect(resultOf(await send(at, large, { framing }))).toEqual(tooLarge);
    expect(handled).toHaveLength(1);
  });

  it('rejects a body by its declared length before any of its bytes arrive', async () => {
    const { at, outcomes } = await start(mount, { maxBodySize: 1000, bodyTimeout: 500 });
    for (const length of [1001, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      const client = await connectTo(at);
      await client.write(declaring(await webhook(), length, at));
      expect(resultOf(await client.response()), String(length)).toEqual(tooLarge);
      client.destroy();
    }
    expect(outcomes).toHaveLength(3);
  });

  it('counts chunks as they arrive and rejects a large body before its last chunk', async () => {
    const { at, outcomes } = await start(mount, { maxBodySize: 1000, bodyTimeout: 500 });
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook(), { framing: 'chunked' }));
    await client.write(chunk(megabyte.subarray(0, 600)));
    await client.write(chunk(megabyte.subarray(0, 401)));
    expect(resultOf(await client.response())).toEqual(tooLarge);
    expect(outcomes).toEqual([{ status: 'rejected', code: 'body_too_large' }]);
  });

  it.each(framings)('sends 413 to a client that writes the complete body first (%s)', async (framing) => {
    const { at } = await start(mount, { maxBodySize: 1000 });
    const client = await connectTo(at);
    await writeMegabytes(client, at, await webhook(), framing);
    expect(resultOf(await client.response())).toEqual(tooLarge);
  });
});

// Like fetch runtimes, Bun reads the rest of the body before it sends the response.
const bodyTimeout = 'bun' in process.versions ? 500 : 600_000;

describe.each(nodeMounts)('a rejection over $name', (mount) => {
  it.each([
    ['missing_signature', 'x-spiderfoot-signature'],
    ['unsupported_media_type', 'content-type'],
  ] as const)('rejects with %s without waiting for the body', async (code, header) => {
    const { at } = await start(mount, { bodyTimeout });
    const client = await connectTo(at);
    await client.write(declaring(withHeader(await webhook(), header, undefined), 1000, at));
    expect(resultOf(await client.response())).toEqual(rejection(code));
  });

  it('rejects with body_too_large without waiting for the rest of the body', async () => {
    const { at } = await start(mount, { maxBodySize: 1000, bodyTimeout });
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook(), { framing: 'chunked' }));
    for (const size of [1000, 1]) await client.write(chunk(megabyte.subarray(0, size)));
    expect(resultOf(await client.response())).toEqual(tooLarge);
  });
});

// Python's urllib writes the complete body before it reads the response, and sends `Connection: close`.
describe.each(mounts)("a client like Python's urllib, over $name", (mount) => {
  it.each(framings)(
    'sends 413 for a large body to a client that closes the connection (%s)',
    async (framing) => {
      const { at } = await start(mount, { maxBodySize: 1000 });
      const client = await connectTo(at);
      await writeMegabytes(client, at, withHeader(await webhook(), 'connection', 'close'), framing);
      expect(resultOf(await client.response())).toEqual(tooLarge);
      expect(await client.rest()).toBe('');
    },
  );

  it.each(framings)(
    'rejects a large unsigned body from a client that closes the connection (%s)',
    async (framing) => {
      const { at } = await start(mount);
      const client = await connectTo(at);
      const message = withHeader(await webhook(), 'x-spiderfoot-signature', undefined);
      await writeMegabytes(client, at, withHeader(message, 'connection', 'close'), framing);
      const code = framing === 'length' ? 'body_too_large' : 'missing_signature';
      expect(resultOf(await client.response())).toEqual(rejection(code));
    },
  );
});

describe('Hono behind a middleware that reads the request', () => {
  it.each<[string, MiddlewareHandler]>([
    ['bodyLimit', bodyLimit({ maxSize: 100_000_000 })],
    [
      'clone',
      async (c, next) => {
        void c.req.raw.clone().text();
        await next();
      },
    ],
  ])('sends 413 after a large body is written behind a Hono middleware: %s', async (_, middleware) => {
    const app = new Hono()
      .use(middleware)
      .all('/webhook', webhookHandler(createReceiver({ secret, maxBodySize: 1000 })));
    const server = await listen(nodeServer(app.fetch));
    onTestFinished(server.close);
    const at = { ...server, path: '/webhook' };
    const client = await connectTo(at);
    await writeMegabytes(client, at, await webhook(), 'chunked');
    expect(resultOf(await client.response())).toEqual(tooLarge);
  });
});

/** Writes the complete request before it reads the response, like a simple script. */
async function writeMegabytes(
  client: RawClient,
  at: Address,
  message: Message,
  framing: (typeof framings)[number],
): Promise<void> {
  client.pause();
  const large = { ...message, body: Buffer.concat([megabyte, megabyte, megabyte, megabyte]) };
  await client.write(headOf(at, large, { framing }));
  for (let i = 0; i < 4; i++) await client.write(framing === 'chunked' ? chunk(megabyte) : megabyte);
  if (framing === 'chunked') await client.write(lastChunk);
  client.resume();
}
