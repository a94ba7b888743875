import { expect, it, vi } from 'vitest';
import { createReceiver } from '../../src/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';
import { secret, sender } from '../support/sender.ts';

const timestamp = new Date();

/** Sign a delivery. The same scan ID yields the same bytes. */
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
])('a delivery whose handlers succeed %s is forgotten after dedupeCacheSize others', async (_, run) => {
  const handler = vi.fn(run);
  const receiver = createReceiver({ secret, dedupeCacheSize: 1 }).onAny(handler);
  const statuses: string[] = [];
  for (const scan of ['a', 'a', 'b', 'a']) {
    statuses.push((await receiver.receive(await deliveryOf(scan))).status);
  }
  expect(statuses).toEqual(['processed', 'duplicate', 'processed', 'processed']);
  expect(handler).toHaveBeenCalledTimes(3);
});

it('a full cache of deliveries forgets only the oldest delivery', async () => {
  const receiver = createReceiver({ secret, dedupeCacheSize: 2 });
  const senders = [];
  for (let n = 0; n < 3; n++) senders.push(await sender('scan_completed', { n }));
  const [first, second, third] = senders;
  for (const send of senders) expect(await send(receiver)).toMatchObject({ status: 'processed' });
  expect(await third?.(receiver)).toMatchObject({ status: 'duplicate' });
  expect(await second?.(receiver)).toMatchObject({ status: 'duplicate' });
  expect(await first?.(receiver)).toMatchObject({ status: 'processed' });
  expect(await second?.(receiver)).toMatchObject({ status: 'processed' });
});

it('the cache of deliveries keeps a running delivery, regardless of how many others arrive', async () => {
  const receiver = createReceiver({ secret, dedupeCacheSize: 1 });
  const finish: (() => void)[] = [];
  receiver.on('scan_completed', () => new Promise<void>((resolve) => finish.push(resolve)));
  const send = await sender('scan_completed');
  const first = send(receiver);
  await vi.waitFor(() => expect(finish).toHaveLength(1));
  for (let n = 0; n < 5; n++) await (await sender('scan_started', { n }))(receiver);
  const retry = send(receiver);
  finish[0]?.();
  expect(await first).toMatchObject({ status: 'processed' });
  expect(await retry).toMatchObject({ status: 'duplicate' });
  expect(finish).toHaveLength(1);
});
