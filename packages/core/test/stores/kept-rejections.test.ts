import {
  type CollectedRejections,
  createRejectionCounter,
  type UnauthenticatedRejection,
} from '@spiderfoot-webhooks/core/stores';
import { expect, it, vi } from 'vitest';

function rejection(n: number, bytes: number, endpoint = 'e'): UnauthenticatedRejection {
  const request = { method: 'POST', headers: [], body: new Uint8Array(bytes), truncated: false };
  return {
    ...{ code: 'invalid_signature', endpoint, receivedAt: new Date(0), ip: String(n) },
    ...{ request, keep: 1000 },
  };
}

/** A counter and the rejections that it has written. The first writes fail. */
function setUp({ failures = 0 } = {}) {
  const written: CollectedRejections[] = [];
  const onError = vi.fn();
  let left = failures;
  const counter = createRejectionCounter(async (collected) => {
    if (left-- > 0) throw new Error('the disk is full');
    written.push(collected);
  }, onError);
  const addresses = () => written.flatMap(({ latest }) => latest.map(({ ip }) => Number(ip)));
  return { counter, written, addresses, onError };
}

it('keeps at most 1 MiB of requests in memory, and drops the oldest', async () => {
  const { counter, written, addresses } = setUp();
  for (let n = 0; n < 100; n++) counter.add(rejection(n, 65_536));
  await counter.flush();
  // 16 bodies alone are 1 MiB.
  expect(addresses()).toEqual(Array.from({ length: 15 }, (_, n) => 85 + n));
  expect(written[0]?.counts).toMatchObject([{ count: 100 }]);
});

it('limits the number of requests without a body, too', async () => {
  const { counter, addresses } = setUp();
  for (let n = 0; n < 5000; n++) counter.add(rejection(n, 0, `e${n}`));
  await counter.flush();
  expect(addresses()).toHaveLength(2048);
  expect(addresses().at(-1)).toBe(4999);
});

it('writes the requests later if a write fails, within the same limit', async () => {
  const { counter, written, addresses, onError } = setUp({ failures: 1 });
  for (let n = 0; n < 15; n++) counter.add(rejection(n, 65_536));
  await counter.flush();
  for (let n = 15; n < 20; n++) counter.add(rejection(n, 65_536));
  await counter.flush();
  expect(onError).toHaveBeenCalledOnce();
  expect(addresses()).toEqual(Array.from({ length: 15 }, (_, n) => 5 + n));
  expect(written[0]?.counts).toMatchObject([{ count: 20 }]);
});

it('keeps no request of a rejection that comes after the counter was closed', async () => {
  const { counter, written } = setUp();
  await counter.close();
  counter.add(rejection(1, 10));
  await counter.flush();
  expect(written).toEqual([]);
});
