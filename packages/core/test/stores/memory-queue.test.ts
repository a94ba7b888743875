import { expect, it, onTestFinished, vi } from 'vitest';
import { memoryQueue, type QueuedResult, type StoredDelivery } from '../../src/stores/index.ts';

const processed = async (): Promise<QueuedResult> => ({ status: 'processed', succeeded: [], failures: [] });

it('a memory queue allows one set of workers for an endpoint until they are closed', async () => {
  const queue = memoryQueue();
  const workers = queue.start('e', processed);
  expect(() => queue.start('e', processed)).toThrow(expect.objectContaining({ option: 'endpoint' }));
  const other = queue.start('another', processed);
  onTestFinished(() => other.close());
  await workers.close();
  const next = queue.start('e', processed);
  onTestFinished(() => next.close());
});

const delivery: StoredDelivery = {
  ...{ id: 'a'.repeat(32), endpoint: 'e', receivedAt: new Date(), ip: undefined, body: new Uint8Array() },
  ...{ eventType: 'scan_started', dialect: 'guide', scanId: undefined, target: undefined },
};

it('a memory queue that is closing waits for running deliveries and does not retry them', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const queue = memoryQueue();
  let fail = () => {};
  const work = vi.fn(
    () =>
      new Promise<QueuedResult>((resolve) => {
        fail = () => resolve({ status: 'failed', succeeded: [], failures: [] });
      }),
  );
  const workers = queue.start('e', work);
  await queue.enqueue(delivery);
  expect(work).toHaveBeenCalledOnce();
  let isClosed = false;
  const closing = workers.close().then(() => {
    isClosed = true;
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(isClosed).toBe(false);
  fail();
  await closing;
  expect(vi.getTimerCount()).toBe(0);
  expect(work).toHaveBeenCalledOnce();
});

it('a memory queue runs a delivery once even if it is enqueued twice', async () => {
  const queue = memoryQueue();
  const work = vi.fn(processed);
  const workers = queue.start('e', work);
  onTestFinished(() => workers.close());
  expect(await queue.enqueue(delivery)).toBe('accepted');
  expect(await queue.enqueue(delivery)).toBe('duplicate');
  expect(await queue.enqueue({ ...delivery, endpoint: 'another' })).toBe('accepted');
  await vi.waitFor(() => expect(work).toHaveBeenCalledOnce());
  expect(await queue.enqueue(delivery)).toBe('duplicate');
  expect(work).toHaveBeenCalledOnce();
});

it('a memory queue counts deliveries that wait for a retry toward its capacity, even when it is closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const queue = memoryQueue({ capacity: 1 });
  const enqueue = (id: string) => queue.enqueue({ ...delivery, id });
  let finish = () => {};
  const running = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const workers = queue.start('e', async ({ id }) => {
    if (id === 'running') await running;
    return { status: 'failed', succeeded: [], failures: [] };
  });
  expect(await enqueue('running')).toBe('accepted');
  expect(await enqueue('failing')).toBe('accepted');
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
  await expect(enqueue('another')).rejects.toThrow('full');
  const closing = workers.close();
  expect(vi.getTimerCount()).toBe(0);
  await expect(enqueue('another')).rejects.toThrow('full');
  finish();
  await closing;
  await expect(enqueue('another')).rejects.toThrow('full');
});
