import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '@spiderfoot-webhooks/core';
import { describe, expect, it, vi } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import { bounded, soon } from '../../support/raw-client.ts';
import {
  bytesOf,
  chunk,
  connectTo,
  headOf,
  lastChunk,
  type Message,
  rejection,
  resultOf,
  send,
  signed,
  start,
  success,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

const codes = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status));
const unsigned = (message: Message) => withHeader(message, 'x-spiderfoot-signature', undefined);

let serial = 0;
/** A small event, so that the test can split it at every byte. */
const small = () => signed(`{"event_type":"a","timestamp":${++serial},"payload":{"é":1}}`);

describe.each(mounts)('the network, over $name', (mount) => {
  it('accepts a body that is split at any byte', async () => {
    const { at, handled } = await start(mount);
    const client = await connectTo(at);
    const { length } = (await small()).body;
    for (let cut = 0; cut <= length; cut++) {
      const message = await small();
      await client.write(Buffer.concat([Buffer.from(headOf(at, message)), message.body.subarray(0, cut)]));
      // Until the next turn of the event loop, only the first part is read.
      await sleep(1);
      await client.write(message.body.subarray(cut));
      expect(resultOf(await client.response()), `split at ${cut}`).toEqual(success);
    }
    expect(handled).toHaveLength(length + 1);
  });

  it('accepts chunks of any size, chunk extensions and trailers', async () => {
    const { at, handled } = await start(mount);
    const message = await webhook();
    for (const size of [1, 7, 100, 100_000]) {
      const client = await connectTo(at);
      const { body, ...sized } = await webhook();
      const parts: Buffer[] = [];
      for (let i = 0; i < body.byteLength; i += size) parts.push(chunk(body.subarray(i, i + size)));
      await client.write(headOf(at, { ...sized, body }, { framing: 'chunked' }));
      await client.write(Buffer.concat(parts));
      await client.write(lastChunk);
      expect(resultOf(await client.response()), `${size} B`).toEqual(success);
    }
    const client = await connectTo(at);
    await client.write(headOf(at, message, { framing: 'chunked' }));
    await client.write(`${message.body.byteLength.toString(16)};name=value\r\n`);
    await client.write(message.body);
    await client.write('\r\n0\r\nX-SpiderFoot-Signature: wrong\r\n\r\n');
    expect(resultOf(await client.response())).toEqual(success);
    expect(handled).toHaveLength(5);
  });

  it('accepts a megabyte in many pieces', async () => {
    const { at, handled } = await start(mount, { maxBodySize: 4 * 1024 * 1024 });
    const text = 'ä'.repeat(1024 * 1024);
    for (const framing of ['length', 'chunked'] as const) {
      const message = await signed(`{"event_type":"a","timestamp":${++serial},"payload":{"text":"${text}"}}`);
      expect(resultOf(await send(at, message, { framing }))).toEqual(success);
    }
    expect(handled.map(({ event }) => Object(event.data).text === text)).toEqual([true, true]);
  });

  it('responds to pipelined requests in order', async () => {
    const { at, receiver } = await start(mount);
    // The first takes longest.
    receiver.on('scan_started', () => sleep(30));
    const client = await connectTo(at);
    const first = await webhook('scan_started');
    const messages: readonly Message[] = [
      first,
      await signed('['),
      await webhook(),
      first,
      await webhook('scan_failed'),
    ];
    await client.write(Buffer.concat(messages.map((message) => bytesOf(at, message))));
    const answers: unknown[] = [];
    for (const _ of messages) answers.push(resultOf(await client.response()));
    expect(answers).toEqual([
      success,
      rejection('invalid_json'),
      success,
      { ...success, body: expect.objectContaining({ status: 'duplicate' }) },
      success,
    ]);
  });

  it('responds to a client that half-closes the connection after the request', async () => {
    const { at } = await start(mount, {}, { halfOpen: true });
    for (const framing of ['length', 'chunked'] as const) {
      const client = await connectTo(at);
      await client.write(bytesOf(at, await webhook(), { framing }));
      client.end();
      expect(resultOf(await client.response()), framing).toEqual(success);
    }
  });

  it('settles the delivery of a client that disconnects while the handler runs', async () => {
    const { at, receiver, outcomes } = await start(mount);
    const work = new EventTarget();
    const entered = once(work, 'entered');
    receiver.on('all', async () => {
      work.dispatchEvent(new Event('entered'));
      await once(work, 'release');
    });
    const message = await webhook();
    const client = await connectTo(at);
    await client.write(bytesOf(at, message));
    await bounded(entered, 'the handler');
    client.reset();
    await sleep(20);
    work.dispatchEvent(new Event('release'));
    await vi.waitFor(() => expect(codes(outcomes)).toEqual(['processed']), soon);
    expect(resultOf(await send(at, message))).toMatchObject({ status: 200, body: { status: 'duplicate' } });
  });

  it.each([
    ['reset', 'length'],
    ['reset', 'chunked'],
    ['end', 'length'],
    ['end', 'chunked'],
  ] as const)('reports request_aborted after a %s in the middle of a body (%s)', async (ending, framing) => {
    const { at, receiver, outcomes, handled } = await start(mount);
    const message = await webhook();
    const half = message.body.subarray(0, 60);
    for (const part of [Buffer.alloc(0), half]) {
      const client = await connectTo(at);
      await client.write(headOf(at, message, { framing }));
      if (part.byteLength > 0) await client.write(framing === 'chunked' ? chunk(part) : part);
      await sleep(5);
      client[ending]();
    }
    await vi.waitFor(() => expect(codes(outcomes)).toEqual(['request_aborted', 'request_aborted']), soon);
    expect(handled).toEqual([]);
    expect(resultOf(await send(at, message))).toEqual(success);
    // No delivery is left in flight.
    await bounded(receiver.close(), 'close()');
  });

  it.each(['reset', 'end'] as const)('survives a %s before the receiver reads the body', async (ending) => {
    const { at, outcomes } = await start(mount, { rateLimiter: { consume: () => sleep(30) } });
    const message = await webhook();
    const client = await connectTo(at);
    await client.write(bytesOf(at, message));
    await sleep(5);
    client[ending]();
    await vi.waitFor(() => expect(outcomes).toHaveLength(1), soon);
    // Some platforms keep the bytes of a request that arrived completely.
    expect(['request_aborted', 'processed']).toContain(codes(outcomes)[0]);
    expect((await send(at, message)).status).toBe(200);
  });

  it('accepts HTTP/1.0', async () => {
    const { at } = await start(mount);
    const client = await connectTo(at);
    await client.write(bytesOf(at, await webhook(), { version: '1.0' }));
    expect(resultOf(await client.response())).toEqual(success);
    expect(await client.rest()).toBe('');
  });

  it('sends 100 Continue to a client that waits for it', async () => {
    const { at } = await start(mount);
    const client = await connectTo(at);
    const message = withHeader(await webhook(), 'expect', '100-continue');
    await client.write(headOf(at, message));
    expect((await client.response()).status).toBe(100);
    await client.write(message.body);
    expect(resultOf(await client.response())).toEqual(success);
  });

  it('handles many connections with many requests each', async () => {
    const { at, handled } = await start(mount);
    const shared = await webhook('scan_failed');
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const client = await connectTo(at);
        const statuses: number[] = [];
        for (const message of [await webhook(), shared, await webhook(), unsigned(shared)]) {
          await client.write(bytesOf(at, message));
          statuses.push((await client.response()).status);
        }
        return statuses;
      }),
    );
    expect(answers).toEqual(Array.from({ length: 20 }, () => [200, 200, 200, 401]));
    expect(handled).toHaveLength(41);
  });
});
