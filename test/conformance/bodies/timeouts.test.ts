import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import {
  bytesOf,
  chunk,
  connectTo,
  headOf,
  rejection,
  start,
  success,
  told,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

/** Milliseconds. */
const bodyTimeout = 60;

const late = rejection('body_timeout');

describe.each(mounts)('the time for a body, over $name', (mount) => {
  it('ends for one that does not begin, and for one that stops in the middle', async () => {
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
    expect(responses.map(told)).toEqual(cases.map(() => late));
    expect(outcomes).toEqual(cases.map(() => ({ status: 'rejected', code: 'body_timeout' })));
    expect(handled).toEqual([]);
  });

  it('ends for one that trickles, however steadily', async () => {
    const { at } = await start(mount, { bodyTimeout });
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook()));
    const trickle = setInterval(() => void client.write('{'), 10);
    const response = await client.response().finally(() => clearInterval(trickle));
    expect(told(response)).toEqual(late);
  });

  it('is enough for one that comes in pieces', async () => {
    const { at } = await start(mount, { bodyTimeout: 5000 });
    const message = await webhook();
    const client = await connectTo(at);
    await client.write(headOf(at, message));
    for (let i = 0; i < message.body.byteLength; i += 100) {
      await sleep(10);
      await client.write(message.body.subarray(i, i + 100));
    }
    expect(told(await client.response())).toEqual(success);
  });

  it('is given anew to the next on the same connection', async () => {
    const { at } = await start(mount, { bodyTimeout: 2 * bodyTimeout });
    const client = await connectTo(at);
    for (const wait of [0, 3 * bodyTimeout]) {
      await sleep(wait);
      await client.write(bytesOf(at, await webhook()));
      expect(told(await client.response())).toEqual(success);
    }
  });
});

// A fetch platform keeps its connections itself.
describe.each(mounts.filter(({ name }) => !name.startsWith('fetch')))('a connection, over $name', (mount) => {
  it('is cut where the rest of a rejected body does not come', async () => {
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
        expect(told(await client.response())).toEqual(rejected);
        expect(await client.rest()).toBe('');
      }),
    );
  });
});
