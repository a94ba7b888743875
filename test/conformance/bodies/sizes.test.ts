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
  secret,
  send,
  start,
  success,
  told,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

const tooLarge = rejection('body_too_large');
const framings = ['length', 'chunked'] as const;
const megabyte = Buffer.alloc(1024 * 1024, 'x');

/** The message's head, declaring a length of its own. */
function declaring(message: Message, length: number, at: Address): string {
  return headOf(at, withHeader(message, 'content-length', String(length)), { framing: 'none' });
}

describe.each(mounts)('the size of a body, over $name', (mount) => {
  it.each(framings)('may be all that is allowed and not a byte more, by %s', async (framing) => {
    const message = await webhook();
    const { at } = await start(mount, { maxBodySize: message.body.byteLength });
    expect(told(await send(at, message, { framing }))).toEqual(success);
    const larger = Buffer.concat([message.body, Buffer.from(' ')]);
    expect(told(await send(at, { ...message, body: larger }, { framing }))).toEqual(tooLarge);
  });

  it.each(framings)('is a mebibyte by default, by %s', async (framing) => {
    const { at, handled } = await start(mount);
    const message = await webhook('scan_completed', { data: { text: 'x'.repeat(1024 * 1024 - 300) } });
    expect(message.body.byteLength).toBeLessThan(1024 * 1024);
    expect(told(await send(at, message, { framing }))).toEqual(success);
    const large = await webhook('scan_completed', { data: { text: 'x'.repeat(1024 * 1024) } });
    expect(told(await send(at, large, { framing }))).toEqual(tooLarge);
    expect(handled).toHaveLength(1);
  });

  it('is rejected by its declared length before any of its bytes arrive', async () => {
    const { at, outcomes } = await start(mount, { maxBodySize: 1000, bodyTimeout: 500 });
    for (const length of [1001, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      const client = await connectTo(at);
      await client.write(declaring(await webhook(), length, at));
      expect(told(await client.response()), String(length)).toEqual(tooLarge);
      client.destroy();
    }
    expect(outcomes).toHaveLength(3);
  });

  it('is counted as chunks arrive, and rejected before the last chunk', async () => {
    const { at, outcomes } = await start(mount, { maxBodySize: 1000, bodyTimeout: 500 });
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook(), { framing: 'chunked' }));
    await client.write(chunk(megabyte.subarray(0, 600)));
    await client.write(chunk(megabyte.subarray(0, 401)));
    expect(told(await client.response())).toEqual(tooLarge);
    expect(outcomes).toEqual([{ status: 'rejected', code: 'body_too_large' }]);
  });

  it.each(framings)('is told to a client that first writes it all, by %s', async (framing) => {
    const { at } = await start(mount, { maxBodySize: 1000 });
    const client = await connectTo(at);
    await writeMegabytes(client, at, await webhook(), framing);
    expect(told(await client.response())).toEqual(tooLarge);
  });
});

// Bun drains the body before it answers, as fetch runtimes do.
const bodyTimeout = 'bun' in process.versions ? 500 : 600_000;

describe.each(nodeMounts)('a rejection over $name', (mount) => {
  it.each([
    ['missing_signature', 'x-spiderfoot-signature'],
    ['unsupported_media_type', 'content-type'],
  ] as const)('does not wait for the body: %s', async (code, header) => {
    const { at } = await start(mount, { bodyTimeout });
    const client = await connectTo(at);
    await client.write(declaring(withHeader(await webhook(), header, undefined), 1000, at));
    expect(told(await client.response())).toEqual(rejection(code));
  });

  it('does not wait for the rest of the body: body_too_large', async () => {
    const { at } = await start(mount, { maxBodySize: 1000, bodyTimeout });
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook(), { framing: 'chunked' }));
    for (const size of [1000, 1]) await client.write(chunk(megabyte.subarray(0, size)));
    expect(told(await client.response())).toEqual(tooLarge);
  });
});

// Python's urllib writes all of the body before it reads the answer, and asks for the connection to be closed.
describe.each(mounts)("a client such as Python's urllib, over $name", (mount) => {
  it.each(framings)('reads 413 for a body that is too large, with %s', async (framing) => {
    const { at } = await start(mount, { maxBodySize: 1000 });
    const client = await connectTo(at);
    await writeMegabytes(client, at, withHeader(await webhook(), 'connection', 'close'), framing);
    expect(told(await client.response())).toEqual(tooLarge);
    expect(await client.rest()).toBe('');
  });

  it.each(framings)('reads 401 for a large body without a signature, with %s', async (framing) => {
    const { at } = await start(mount);
    const client = await connectTo(at);
    const message = withHeader(await webhook(), 'x-spiderfoot-signature', undefined);
    await writeMegabytes(client, at, withHeader(message, 'connection', 'close'), framing);
    const code = framing === 'length' ? 'body_too_large' : 'missing_signature';
    expect(told(await client.response())).toEqual(rejection(code));
  });
});

describe('a body too large for Hono behind a middleware that reads the request', () => {
  it.each<[string, MiddlewareHandler]>([
    ['bodyLimit', bodyLimit({ maxSize: 100_000_000 })],
    [
      'clone',
      async (c, next) => {
        void c.req.raw.clone().text();
        await next();
      },
    ],
  ])('is answered 413 after all of it is written: %s', async (_, middleware) => {
    const app = new Hono()
      .use(middleware)
      .all('/webhook', webhookHandler(createReceiver({ secret, maxBodySize: 1000 })));
    const server = await listen(nodeServer(app.fetch));
    onTestFinished(server.close);
    const at = { ...server, path: '/webhook' };
    const client = await connectTo(at);
    await writeMegabytes(client, at, await webhook(), 'chunked');
    expect(told(await client.response())).toEqual(tooLarge);
  });
});

/** As a script does: everything is written before anything is read. */
async function writeMegabytes(
  client: RawClient,
  at: Address,
  message: Message,
  framing: (typeof framings)[number],
): Promise<void> {
  client.turnAway();
  const large = { ...message, body: Buffer.concat([megabyte, megabyte, megabyte, megabyte]) };
  await client.write(headOf(at, large, { framing }));
  for (let i = 0; i < 4; i++) await client.write(framing === 'chunked' ? chunk(megabyte) : megabyte);
  if (framing === 'chunked') await client.write(lastChunk);
  client.listen();
}
