import { expect, it, vi } from 'vitest';
import { createReceiver } from '../../src/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';

const secret = 'remembered-s3cret';
const timestamp = new Date();

/** Returns the same bytes for the same scan. */
const deliveryOf = (scan_id: string) =>
  signedDelivery('scan_started', { secret, timestamp, data: { scan_id } });

it('a request that arrives during a retry shares its outcome without running a handler', async () => {
  const finish: (() => void)[] = [];
  const handler = vi.fn(() => new Promise<void>((resolve) => finish.push(resolve)));
  handler.mockImplementationOnce(async () => {
    throw new Error('first attempt');
  });
  const receiver = createReceiver({ secret }).onAny(handler, { name: 'slow' });
  expect(await receiver.receive(await deliveryOf('a'))).toMatchObject({ code: 'handler_failed' });
  const [second, third] = [await deliveryOf('a'), await deliveryOf('a')];
  const outcomes = [receiver.receive(second), receiver.receive(third)];
  await vi.waitFor(() => expect(finish).toHaveLength(1));
  for (const done of finish) done();
  expect(await Promise.all(outcomes)).toMatchObject([{ status: 'processed' }, { status: 'duplicate' }]);
  expect(handler).toHaveBeenCalledTimes(2);
});

it.each([
  ['at once', () => {}],
  ['later', async () => {}],
])(
  'a delivery whose handlers succeed %s is forgotten after as many others as memory can hold',
  async (_, run) => {
    const handler = vi.fn(run);
    const receiver = createReceiver({ secret, dedupeCacheSize: 1 }).onAny(handler);
    const statuses: string[] = [];
    for (const scan of ['a', 'a', 'b', 'a']) {
      statuses.push((await receiver.receive(await deliveryOf(scan))).status);
    }
    expect(statuses).toEqual(['processed', 'duplicate', 'processed', 'processed']);
    expect(handler).toHaveBeenCalledTimes(3);
  },
);
