import { setTimeout as sleep } from 'node:timers/promises';
import { rejections } from '@spiderfoot-webhooks/core';
import { describe, expect, it, vi } from 'vitest';
import { parsers } from '../../support/adapters/index.ts';
import { bounded, soon } from '../../support/raw-client.ts';
import {
  bytesOf,
  connectTo,
  headOf,
  rejection,
  resultOf,
  send,
  signed,
  start,
  success,
  webhook,
} from '../../support/webhooks.ts';

const framings = ['length', 'chunked'] as const;
const large = { text: 'x'.repeat(300_000) };

describe.each(parsers.filter(({ keeps }) => keeps))('behind $name', ({ mount }) => {
  it.each(framings)('verifies the raw bytes behind a body parser (%s)', async (framing) => {
    const { at, handled } = await start(mount);
    const message = await webhook('scan.complete', { data: { target: 'exämple', ratio: 1e22, n: 0.1 } });
    expect(resultOf(await send(at, message, { framing }))).toEqual(success);
    expect(resultOf(await send(at, await webhook('scan_started'), { framing }))).toEqual(success);
    // Bytes that a parser would serialize differently, and a body that is larger than one buffer.
    const odd = await signed(
      '{ "event_type":"a", "event_type":"b","timestamp":1.0e9,"payload":{"n":12345678901234567890}}\r\n',
    );
    expect(resultOf(await send(at, odd, { framing }))).toEqual(success);
    expect(resultOf(await send(at, await webhook('x', { data: large }), { framing }))).toEqual(success);
    expect(handled.map(({ event }) => event.event_type)).toEqual([
      'scan_completed',
      'scan_started',
      'b',
      'x',
    ]);
  });

  it('rejects bytes that were not signed', async () => {
    const { at, handled } = await start(mount);
    const message = await webhook();
    for (const body of [JSON.stringify(JSON.parse(message.body.toString())), '{}']) {
      expect(resultOf(await send(at, { ...message, body: Buffer.from(body) }))).toEqual(
        rejection('invalid_signature'),
      );
    }
    expect(handled).toEqual([]);
  });

  it('limits the body size behind a body parser on a keep-alive connection', async () => {
    const { at } = await start(mount, { maxBodySize: 50_000 });
    for (const framing of framings) {
      const client = await connectTo(at);
      await client.write(bytesOf(at, await webhook(), { framing }));
      expect(resultOf(await client.response()), framing).toEqual(success);
      await client.write(bytesOf(at, await webhook('x', { data: large }), { framing }));
      expect(resultOf(await client.response()), framing).toEqual(rejection('body_too_large'));
    }
  });
});

describe.each(parsers.filter(({ name }) => name.endsWith('being read')))('beside $name', ({ mount }) => {
  it('rejects a body that does not arrive while a middleware reads it', async () => {
    const { at, outcomes } = await start(mount, { bodyTimeout: 80 });
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook()));
    expect(resultOf(await client.response())).toEqual(rejection('body_timeout'));
    expect(outcomes).toEqual([{ status: 'rejected', code: 'body_timeout' }]);
  });

  it('reports request_aborted when the client disconnects while a middleware reads the body', async () => {
    const { at, receiver, outcomes } = await start(mount);
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook()));
    await client.write('{');
    await sleep(5);
    client.reset();
    await vi.waitFor(() => {
      expect(outcomes).toEqual([{ status: 'rejected', code: 'request_aborted' }]);
    }, soon);
    await bounded(receiver.close(), 'close()');
  });
});

describe.each(parsers.filter(({ keeps }) => !keeps))('behind $name', ({ mount }) => {
  it.each(framings)(
    'rejects a delivery at once if a middleware has discarded the raw bytes (%s)',
    async (framing) => {
      const { at, outcomes, handled } = await start(mount, { bodyTimeout: 60_000 });
      for (const message of [
        await webhook(),
        await webhook('scan.started'),
        await webhook('x', { data: large }),
      ])
        expect(resultOf(await send(at, message, { framing }))).toEqual(rejection('body_already_parsed'));
      expect(outcomes).toHaveLength(3);
      expect(handled).toEqual([]);
    },
  );
});

describe('body_already_parsed', () => {
  it('explains how to keep the raw bytes', () => {
    const { error, hint } = rejections.body_already_parsed;
    expect(error).toMatch(/before the body parser/);
    expect(hint).toMatch(/express\.json\(\{ verify: captureRawBody \}\)/);
  });
});
