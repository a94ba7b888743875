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
  send,
  signed,
  start,
  success,
  told,
  webhook,
} from '../../support/webhooks.ts';

const framings = ['length', 'chunked'] as const;
const large = { text: 'x'.repeat(300_000) };

describe.each(parsers.filter(({ keeps }) => keeps))('behind $name', ({ mount }) => {
  it.each(framings)('the bytes that came are verified, sent by %s', async (framing) => {
    const { at, handled } = await start(mount);
    const shipped = await webhook('scan.complete', { data: { target: 'exämple', ratio: 1e22, n: 0.1 } });
    expect(told(await send(at, shipped, { framing }))).toEqual(success);
    expect(told(await send(at, await webhook('scan_started'), { framing }))).toEqual(success);
    // What a parser would write in another way, and what no buffer holds at once.
    const odd = await signed(
      '{ "event_type":"a", "event_type":"b","timestamp":1.0e9,"payload":{"n":12345678901234567890}}\r\n',
    );
    expect(told(await send(at, odd, { framing }))).toEqual(success);
    expect(told(await send(at, await webhook('x', { data: large }), { framing }))).toEqual(success);
    expect(handled.map(({ event }) => event.event_type)).toEqual([
      'scan_completed',
      'scan_started',
      'b',
      'x',
    ]);
  });

  it('bytes that are not what was signed are rejected', async () => {
    const { at, handled } = await start(mount);
    const message = await webhook();
    for (const body of [JSON.stringify(JSON.parse(message.body.toString())), '{}']) {
      expect(told(await send(at, { ...message, body: Buffer.from(body) }))).toEqual(
        rejection('invalid_signature'),
      );
    }
    expect(handled).toEqual([]);
  });

  it('the size is limited on a keep-alive connection', async () => {
    const { at } = await start(mount, { maxBodySize: 50_000 });
    for (const framing of framings) {
      const client = await connectTo(at);
      await client.write(bytesOf(at, await webhook(), { framing }));
      expect(told(await client.response()), framing).toEqual(success);
      await client.write(bytesOf(at, await webhook('x', { data: large }), { framing }));
      expect(told(await client.response()), framing).toEqual(rejection('body_too_large'));
    }
  });
});

describe.each(parsers.filter(({ name }) => name.endsWith('being read')))('beside $name', ({ mount }) => {
  it('the time for the body ends', async () => {
    const { at, outcomes } = await start(mount, { bodyTimeout: 80 });
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook()));
    expect(told(await client.response())).toEqual(rejection('body_timeout'));
    expect(outcomes).toEqual([{ status: 'rejected', code: 'body_timeout' }]);
  });

  it('a body that breaks off is an aborted request', async () => {
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
    'there are no bytes left to verify, which is told at once, sent by %s',
    async (framing) => {
      const { at, outcomes, handled } = await start(mount, { bodyTimeout: 60_000 });
      for (const message of [
        await webhook(),
        await webhook('scan.started'),
        await webhook('x', { data: large }),
      ])
        expect(told(await send(at, message, { framing }))).toEqual(rejection('body_already_parsed'));
      expect(outcomes).toHaveLength(3);
      expect(handled).toEqual([]);
    },
  );
});

describe('the rejection of a body that has been read', () => {
  it('names the mend', () => {
    const { error, hint } = rejections.body_already_parsed;
    expect(error).toMatch(/before the body parser/);
    expect(hint).toMatch(/express\.json\(\{ verify: captureRawBody \}\)/);
  });
});
