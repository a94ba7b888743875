import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import type { Outcome, RejectionCode } from '@spiderfoot-webhooks/core';
import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { webhookHandler } from '@spiderfoot-webhooks/hono';
import { Hono } from 'hono';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import {
  bytesOf,
  connectTo,
  headOf,
  type Message,
  recordingReceiver,
  resultOf,
  signed,
  start,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

const unsigned = (message: Message) => withHeader(message, 'x-spiderfoot-signature', undefined);
const forged = (message: Message) => ({ ...message, body: Buffer.concat([message.body, Buffer.from(' ')]) });
const codes = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status));

/** Mounts on fetch platforms, which manage their connections and do not allow the header. */
const managed = mounts.filter(({ name }) => name.startsWith('fetch'));
const ours = mounts.filter((mount) => !managed.includes(mount));

const noPoints = new RateLimiterMemory({ points: 0, duration: 60 });

type Rejecting = readonly [RejectionCode, Parameters<typeof start>[1], (message: Message) => Message];

const unauthenticated: readonly Rejecting[] = [
  ['missing_signature', {}, unsigned],
  ['invalid_signature', {}, forged],
  ['invalid_signature', {}, (message) => withHeader(message, 'x-spiderfoot-signature', 'wrong')],
  ['ip_not_allowed', { allowedIps: ['192.0.2.1'] }, (message) => message],
  ['method_not_allowed', {}, (message) => ({ ...message, method: 'PUT' })],
  ['body_too_large', { maxBodySize: 10 }, (message) => message],
  ['unsupported_media_type', {}, (message) => withHeader(message, 'content-type', 'text/plain')],
  ['unsupported_encoding', {}, (message) => withHeader(message, 'content-encoding', 'gzip')],
  ['rate_limited', { rateLimiter: noPoints }, (message) => message],
];

describe.each(ours)('a connection to $name', (mount) => {
  it.each(unauthenticated)('closes the connection after %s', async (code, options, alter) => {
    for (const framing of ['length', 'chunked'] as const) {
      const { at } = await start(mount, options);
      const client = await connectTo(at);
      await client.write(bytesOf(at, alter(await webhook()), { framing }));
      const response = await client.response();
      expect(resultOf(response), framing).toMatchObject({ body: { code } });
      expect(response.headers.connection, framing).toBe('close');
      expect(await client.rest(), framing).toBe('');
    }
  });

  it('closes the connection after body_timeout', async () => {
    const { at } = await start(mount, { bodyTimeout: 20 });
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook()));
    expect(await client.response()).toMatchObject({ status: 408, headers: { connection: 'close' } });
    expect(await client.rest()).toBe('');
  });

  it('closes the connection after body_already_parsed', async () => {
    const { at } = await start(mount, {}, { readBodyFirst: true });
    const client = await connectTo(at);
    await client.write(bytesOf(at, await webhook()));
    expect(await client.response()).toMatchObject({ status: 500, headers: { connection: 'close' } });
    expect(await client.rest()).toBe('');
  });

  it('closes the connection after every response while the receiver shuts down', async () => {
    const { at, receiver } = await start(mount);
    const entered = new Promise<void>((resolve) => {
      receiver.on('scan_started', () => {
        resolve();
        return sleep(50);
      });
    });
    const [running, late] = [await connectTo(at), await connectTo(at)];
    await running.write(bytesOf(at, await webhook('scan_started')));
    await entered;
    const closed = receiver.close();
    await late.write(bytesOf(at, await webhook()));
    expect(await late.response()).toMatchObject({ status: 503, headers: { connection: 'close' } });
    expect(await running.response()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await closed;
    expect([await late.rest(), await running.rest()]).toEqual(['', '']);
  });

  it.each([
    ['missing_signature', unsigned],
    ['invalid_signature', forged],
  ] as const)('does not process requests that are pipelined after %s', async (code, alter) => {
    const { at, outcomes, handled } = await start(mount);
    const client = await connectTo(at);
    const messages = [alter(await webhook()), await webhook(), alter(await webhook()), await webhook()];
    await client.write(Buffer.concat(messages.map((message) => bytesOf(at, message))));
    expect(resultOf(await client.response())).toMatchObject({ body: { code } });
    expect(await client.rest()).toBe('');
    expect(codes(outcomes)).toEqual([code]);
    expect(handled).toEqual([]);
  });

  it('processes the requests that were pipelined before the rejected one', async () => {
    const { at, outcomes } = await start(mount);
    const client = await connectTo(at);
    const messages = [await webhook(), await webhook(), unsigned(await webhook()), await webhook()];
    await client.write(Buffer.concat(messages.map((message) => bytesOf(at, message))));
    for (const status of [200, 200, 401]) expect((await client.response()).status).toBe(status);
    expect(await client.rest()).toBe('');
    expect(codes(outcomes).sort()).toEqual(['missing_signature', 'processed', 'processed']);
  });

  it('processes nothing after the discarded body of a rejected request', async () => {
    const { at, outcomes } = await start(mount);
    const client = await connectTo(at);
    const large = unsigned({ ...(await webhook()), body: Buffer.alloc(500_000, ' ') });
    await client.write(Buffer.concat([bytesOf(at, large), bytesOf(at, await webhook())]));
    expect((await client.response()).status).toBe(401);
    expect(await client.rest()).toBe('');
    expect(codes(outcomes)).toEqual(['missing_signature']);
  });

  it('closes the connection after the first of thousands of rejected pipelined requests, and processes no other', async () => {
    const { at, outcomes } = await start(mount);
    const client = await connectTo(at);
    const request = bytesOf(at, unsigned(await webhook()));
    await client.write(Buffer.concat(Array.from({ length: 5_000 }, () => request))).catch(() => {});
    await client.rest();
    expect(codes(outcomes)).toEqual(['missing_signature']);
    expect(
      (
        await connectTo(at).then(async (next) => {
          await next.write(bytesOf(at, await webhook()));
          return next.response();
        })
      ).status,
    ).toBe(200);
  });
});

describe.each(mounts)('a connection of an authenticated sender over $name', (mount) => {
  it('keeps the connection of an authenticated sender open after a response of any status', async () => {
    let now = 1_704_110_400_000;
    const failing = { name: 'failing' };
    const { at, receiver } = await start(mount, {
      events: ['scan'],
      tolerance: 300,
      now: () => now,
    });
    receiver.on('scan_failed', () => Promise.reject(new Error('down')), failing);
    const client = await connectTo(at);
    const timestamp = new Date(now);
    const answered = async (message: Message) => {
      await client.write(bytesOf(at, message));
      const { status, headers } = await client.response();
      return [status, headers.connection === 'close'];
    };
    const first = await webhook('scan_started', { timestamp });
    expect(await answered(first)).toEqual([200, false]);
    expect(await answered(first)).toEqual([200, false]);
    expect(await answered(await webhook('malware_detected', { timestamp }))).toEqual([200, false]);
    expect(await answered(await signed('['))).toEqual([400, false]);
    expect(await answered(await signed('{"event_type":1}'))).toEqual([400, false]);
    expect(await answered(await webhook('scan_failed', { timestamp }))).toEqual([500, false]);
    now += 600_000;
    expect(await answered(await webhook('scan_started', { timestamp }))).toEqual([401, false]);
  });

  it('keeps the connection of an authenticated sender open even if the queue fails', async () => {
    const queue = memoryQueue();
    const { at } = await start(mount, { queue });
    const client = await connectTo(at);
    await client.write(bytesOf(at, await webhook()));
    expect(await client.response()).toMatchObject({ status: 202 });
    vi.spyOn(queue, 'enqueue').mockRejectedValueOnce(new Error('full'));
    await client.write(bytesOf(at, await webhook()));
    expect(await client.response()).toMatchObject({ status: 503 });
    await client.write(bytesOf(at, await webhook()));
    expect(await client.response()).toMatchObject({ status: 202 });
  });
});

describe.each(managed)('a response over $name', (mount) => {
  it.each(unauthenticated)('sends no Connection header with %s', async (code, options, alter) => {
    const { at } = await start(mount, options);
    const client = await connectTo(at);
    await client.write(bytesOf(at, alter(await webhook())));
    const response = await client.response();
    expect(resultOf(response)).toMatchObject({ body: { code } });
    expect(response.headers.connection).not.toBe('close');
    await client.write(bytesOf(at, alter(await webhook())));
    expect(resultOf(await client.response())).toMatchObject({ body: { code } });
  });
});

describe('a response over HTTP/2', () => {
  it('sends no Connection header over HTTP/2 and keeps the connection open', async () => {
    const { receiver } = recordingReceiver();
    const app = new Hono().all('/webhook', webhookHandler(receiver));
    const server = createServer(getRequestListener(app.fetch));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const session = connect(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => {
      process.off('warning', onWarning);
      session.destroy();
      server.close();
    });
    const post = async ({ headers, body }: Message) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/webhook',
        ...Object.fromEntries(headers),
      });
      const answered = once(stream, 'response');
      stream.resume().end(body);
      const [answer] = await answered;
      return answer;
    };
    const [rejected, accepted] = await Promise.all([post(unsigned(await webhook())), post(await webhook())]);
    expect(rejected).toMatchObject({ ':status': 401 });
    expect(rejected).not.toHaveProperty('connection');
    expect(accepted).toMatchObject({ ':status': 200 });
    expect(await post(await webhook())).toMatchObject({ ':status': 200 });
    expect(warnings).toEqual([]);
  });
});
