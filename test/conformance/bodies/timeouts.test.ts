import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import {
  bytesOf,
  chunk,
  connectTo,
  headOf,
  rejection,
  resultOf,
  start,
  success,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

/** Milliseconds. */
const bodyTimeout = 60;

const late = rejection('body_timeout');

describe.each(mounts)('bodyTimeout, over $name', (mount) => {
  it('rejects a body that does not start or stops in the middle', async () => {
    const { at, outcomes, handled } = await start(mount, { bodyTimeout });
    const message = await webhook();
    const half = message.body.subarray(0, 40);
    const cases = [
      { framing: 'length', begun: '' },
      { framing: 'length', begun: half },
      { framing: 'chunked', begun: '' },
      { framing: 'chunked', begun: chunk(half) },
      { framing: 'chunked', begun: chunk(message.body) },
    ] as const;
    const responses = await Promise.all(
      cases.map(async ({ framing, begun }) => {
        const client = await connectTo(at);
        await client.write(headOf(at, message, { framing }));
        await client.write(begun);
        return client.response();
      }),
    );
    expect(responses.map(resultOf)).toEqual(cases.map(() => late));
    expect(outcomes).toEqual(cases.map(() => ({ status: 'rejected', code: 'body_timeout' })));
    expect(handled).toEqual([]);
  });

  it('rejects a body that arrives too slowly, even if it arrives steadily', async () => {
    const { at } = await start(mount, { bodyTimeout });
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook()));
    const trickle = setInterval(() => void client.write('{'), 10);
    const response = await client.response().finally(() => clearInterval(trickle));
    expect(resultOf(response)).toEqual(late);
  });

  it('accepts a body that arrives in pieces within bodyTimeout', async () => {
    const { at } = await start(mount, { bodyTimeout: 5000 });
    const message = await webhook();
    const client = await connectTo(at);
    await client.write(headOf(at, message));
    for (let i = 0; i < message.body.byteLength; i += 100) {
      await sleep(10);
      await client.write(message.body.subarray(i, i + 100));
    }
    expect(resultOf(await client.response())).toEqual(success);
  });

  it('restarts bodyTimeout for each request on a connection', async () => {
    const { at } = await start(mount, { bodyTimeout: 2 * bodyTimeout });
    const client = await connectTo(at);
    for (const wait of [0, 3 * bodyTimeout]) {
      await sleep(wait);
      await client.write(bytesOf(at, await webhook()));
      expect(resultOf(await client.response())).toEqual(success);
    }
  });
});

// A fetch platform manages its connections itself.
describe.each(mounts.filter(({ name }) => !name.startsWith('fetch')))('a connection, over $name', (mount) => {
  it('closes the connection if the rest of a rejected body does not arrive', async () => {
    const { at } = await start(mount, { bodyTimeout, maxBodySize: 1000 });
    const message = await webhook();
    const large = withHeader(message, 'content-length', '1001');
    const cases = [
      [headOf(at, large, { framing: 'none' }), rejection('body_too_large')],
      [headOf(at, withHeader(message, 'content-type', undefined)), rejection('unsupported_media_type')],
      [headOf(at, message), late],
      [headOf(at, message, { framing: 'chunked' }) + chunk(Buffer.from('{')), late],
    ] as const;
    await Promise.all(
      cases.map(async ([bytes, rejected]) => {
        const client = await connectTo(at);
        await client.write(bytes);
        expect(resultOf(await client.response())).toEqual(rejected);
        expect(await client.rest()).toBe('');
      }),
    );
  });
});
