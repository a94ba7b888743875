import { expect, it, onTestFinished, vi } from 'vitest';
import { memoryQueue, type QueuedResult, type StoredDelivery } from '../src/index.ts';

const processed = async (): Promise<QueuedResult> => ({ status: 'processed', succeeded: [], failures: [] });

it('a memory queue has one set of workers for an endpoint, until that is closed', async () => {
  const queue = memoryQueue();
  const workers = queue.start('e', processed);
  expect(() => queue.start('e', processed)).toThrow(expect.objectContaining({ option: 'endpoint' }));
  const other = queue.start('another', processed);
  onTestFinished(() => other.close());
  await workers.close();
  const next = queue.start('e', processed);
  onTestFinished(() => next.close());
});

it('a memory queue runs a delivery once, also if it is enqueued twice', async () => {
  const queue = memoryQueue();
  const work = vi.fn(processed);
  const workers = queue.start('e', work);
  onTestFinished(() => workers.close());
  const delivery: StoredDelivery = {
    ...{ id: 'a'.repeat(32), endpoint: 'e', receivedAt: new Date(), ip: undefined, body: new Uint8Array() },
    ...{ event_type: 'scan_started', dialect: 'guide', scan_id: undefined, target: undefined },
  };
  expect(await queue.enqueue(delivery)).toBe('accepted');
  expect(await queue.enqueue(delivery)).toBe('duplicate');
  expect(await queue.enqueue({ ...delivery, endpoint: 'another' })).toBe('accepted');
  await vi.waitFor(() => expect(work).toHaveBeenCalledOnce());
  expect(await queue.enqueue(delivery)).toBe('duplicate');
  expect(work).toHaveBeenCalledOnce();
});
