import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createReceiver } from '../../src/index.ts';
import {
  createWorker,
  memoryQueue,
  type ProcessWork,
  type QueuedResult,
  readWorkerOptions,
  type StoredDelivery,
  settlementOf,
  suspectFrom,
  type Worker,
  type WorkerHooks,
} from '../../src/stores/index.ts';
import { createClock } from '../../src/stores/worker/clock.ts';
import { secret, sender } from '../support/sender.ts';
import { createSlowQueue } from '../support/slow-queue.ts';

const options = { concurrency: 2, maxAttempts: 2, baseDelay: 1, maxDelay: 1, closeTimeout: 1000 };

let serial = 0;
function createStored(): StoredDelivery {
  return {
    ...{ id: String(++serial), endpoint: 'e', receivedAt: new Date(), ip: undefined },
    ...{ body: new Uint8Array(), eventType: 'scan_started', dialect: 'guide' },
    ...{ scanId: undefined, target: undefined },
  };
}

const processed: QueuedResult = { status: 'processed', succeeded: ['siem'], failures: [] };
const failed: QueuedResult = {
  ...{ status: 'failed', succeeded: [], error: 'down' },
  failures: [{ handler: 'siem', error: 'down' }],
};

/** Start a worker of a queue that answers asynchronously. */
function start(
  process: ProcessWork,
  { queue = createSlowQueue(), hooks = {} as WorkerHooks, overrides = {} } = {},
) {
  const worker = createWorker(queue.store, process, { ...options, ...overrides }, hooks);
  onTestFinished(() => worker.close());
  return { worker, queue };
}

/** Create a promise, and a function that resolves it. */
function createGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('a worker of a store that answers with promises', () => {
  it('runs a delivery, retries it, and reports it as a dead letter after its last attempt', async () => {
    const onDeadLetter = vi.fn();
    const process = vi.fn<ProcessWork>(async () => failed);
    const { worker, queue } = start(process, { hooks: { onDeadLetter } });
    const delivery = createStored();
    expect(await worker.enqueue(delivery)).toBe('accepted');
    await vi.waitFor(() => expect(onDeadLetter).toHaveBeenCalledOnce());
    expect(process.mock.calls.map(([{ attempt }]) => attempt)).toEqual([1, 2]);
    expect(queue.rowOf(delivery)).toMatchObject({
      ...{ state: 'dead', failures: 2 },
      handlers: [{ name: 'siem', succeeded: false, attempts: 2, error: 'down' }],
    });
    expect(onDeadLetter).toHaveBeenCalledWith(
      expect.objectContaining({ id: delivery.id, attempts: 2, reason: 'failed' }),
      delivery.id,
    );
  });

  it('runs a delivery that is stored while a claim is pending, without polling', async () => {
    const queue = createSlowQueue();
    const unblock = queue.block('claim');
    const process = vi.fn<ProcessWork>(async () => processed);
    const { worker } = start(process, { queue });
    await sleep(20);
    await worker.enqueue(createStored());
    expect(process).not.toHaveBeenCalled();
    unblock();
    await vi.waitFor(() => expect(process).toHaveBeenCalledOnce());
  });

  it('claims and runs a new delivery at once when the store did not claim it on enqueue', async () => {
    const process = vi.fn<ProcessWork>(async () => processed);
    const { worker } = start(process, { overrides: { concurrency: 1 } });
    // After this time, the worker knows that the queue is empty.
    await sleep(20);
    await worker.enqueue(createStored());
    await vi.waitFor(() => expect(process).toHaveBeenCalledOnce());
  });

  it('retries a result that it could not write, and starts no other delivery in its place until then', async () => {
    const queue = createSlowQueue();
    const onError = vi.fn();
    const process = vi.fn<ProcessWork>(async () => processed);
    const { worker } = start(process, { queue, hooks: { onError }, overrides: { concurrency: 1 } });
    const [first, second] = [createStored(), createStored()];
    queue.fail('settle', 1);
    await worker.enqueue(first);
    await worker.enqueue(second);
    await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce());
    expect(queue.stateOf(first)).toBe('running');
    expect(process).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(queue.stateOf(second)).toBe('processed'), 3000);
    expect(queue.stateOf(first)).toBe('processed');
  });

  it('claims again after a claim has failed', async () => {
    const queue = createSlowQueue();
    const delivery = createStored();
    await queue.store.enqueue(delivery, () => false);
    queue.fail('claim', 1);
    const onError = vi.fn();
    start(async () => processed, { queue, hooks: { onError } });
    await vi.waitFor(() => expect(queue.stateOf(delivery)).toBe('processed'), 3000);
    expect(onError).toHaveBeenCalledOnce();
  });

  it('releases a delivery whose claim arrives after closeTimeout, before close() resolves, and does not run it', async () => {
    const queue = createSlowQueue();
    const delivery = createStored();
    await queue.store.enqueue(delivery, () => false);
    const unblock = queue.block('claim');
    const process = vi.fn<ProcessWork>(async () => processed);
    const { worker } = start(process, { queue, overrides: { closeTimeout: 1 } });
    await vi.waitFor(() => expect(queue.stateOf(delivery)).toBe('running'));
    const closed = worker.close();
    await sleep(20);
    unblock();
    await closed;
    // The store can now be closed.
    expect(queue.stateOf(delivery)).toBe('queued');
    expect(process).not.toHaveBeenCalled();
  });

  it('does not settle a delivery that another process has taken', async () => {
    const gate = createGate();
    const ended = vi.fn();
    const { worker, queue } = start(async () => {
      await gate.opened;
      ended();
      return processed;
    });
    const delivery = createStored();
    await worker.enqueue(delivery);
    await vi.waitFor(() => expect(queue.stateOf(delivery)).toBe('running'));
    queue.take(delivery);
    gate.open();
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce());
    await worker.close();
    expect(queue.rowOf(delivery)).toMatchObject({ state: 'queued', failures: 0 });
  });
});

describe('context.signal of a handler behind a queue', () => {
  /** Run a receiver with a slow queue, and one handler that waits until its signal is aborted. */
  async function run(lease: number, closeTimeout: number) {
    const queue = createSlowQueue({ lease });
    const reasons: unknown[] = [];
    const started = createGate();
    const deliveries: StoredDelivery[] = [];
    let worker: Worker | undefined;
    const receiver = createReceiver({
      secret,
      queue: {
        async enqueue(delivery) {
          deliveries.push(delivery);
          return (await worker?.enqueue(delivery)) ?? 'duplicate';
        },
        start(_, process) {
          worker = createWorker(queue.store, process, { ...options, closeTimeout, maxAttempts: 1 });
          return worker;
        },
      },
    });
    receiver.start();
    const outcomes: unknown[] = [];
    receiver.onOutcome(({ status }, { nextAttempt }) => void outcomes.push([status, nextAttempt]));
    receiver.onAny(async (_, { signal }) => {
      started.open();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reasons.push(signal.reason);
      throw signal.reason;
    });
    await (await sender())(receiver);
    await started.opened;
    const [delivery] = deliveries;
    if (delivery === undefined) throw new Error('No delivery was stored');
    return { queue, delivery, receiver, reasons, outcomes };
  }

  it('context.signal is aborted when the lease is lost, and the outcome reports a next attempt', async () => {
    const { queue, delivery, receiver, reasons, outcomes } = await run(60, 1000);
    onTestFinished(() => receiver.close());
    expect(reasons).toEqual([]);
    queue.take(delivery);
    await vi.waitFor(() => expect(reasons).toEqual([expect.any(Error)]));
    expect(queue.stateOf(delivery)).toBe('queued');
    await vi.waitFor(() => expect(outcomes).toContainEqual(['rejected', expect.any(Date)]));
  });

  it('context.signal is not aborted while the lease is renewed', async () => {
    const { receiver, reasons } = await run(30, 1);
    await sleep(200);
    expect(reasons).toEqual([]);
    await receiver.close();
  });

  it('context.signal is aborted when closing returns the delivery to the queue, and no failure is counted', async () => {
    const { queue, delivery, receiver, reasons } = await run(30_000, 1);
    await receiver.close();
    expect(reasons).toEqual([expect.any(Error)]);
    expect(queue.rowOf(delivery)).toMatchObject({ state: 'queued', failures: 0 });
  });
});

it('a memory queue sets no timer when it starts, because Cloudflare forbids timers outside of a request', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const workers = memoryQueue().start('e', async () => processed);
  expect(vi.getTimerCount()).toBe(0);
  await workers.close();
});

describe('the clock of a worker', () => {
  it('jumped() is true once after the system time was changed', () => {
    let time = Date.now();
    const clock = createClock(() => time);
    expect(clock.jumped()).toBe(false);
    time += 60_000;
    expect(clock.jumped()).toBe(true);
    expect(clock.jumped()).toBe(false);
    time -= 86_400_000;
    expect(clock.jumped()).toBe(true);
  });
});

describe('the rules of workers', () => {
  it.each([
    [20, 2],
    [2, 1],
    [1, 0],
  ])('suspectFrom() of maxAttempts %d is %d failures', (maxAttempts, failures) => {
    expect(suspectFrom(maxAttempts)).toBe(failures);
  });

  it.each([
    ['succeeded', processed, 0, { state: 'processed', failures: 0, dueAt: undefined }],
    ['failed for the first time', failed, 0, { state: 'queued', failures: 1, dueAt: expect.any(Date) }],
    ['failed for the last time', failed, 1, { state: 'dead', failures: 2, dueAt: undefined }],
    [
      'was rejected',
      { ...processed, status: 'rejected', code: 'invalid_event' } as const,
      0,
      { state: 'rejected', failures: 0, handlers: undefined, code: 'invalid_event' },
    ],
  ])('settlementOf() returns the settlement of an attempt that %s', (_, result, failures, settlement) => {
    const claim = { delivery: createStored(), failures, handlers: [] };
    expect(settlementOf(claim, result, Date.now(), options)).toMatchObject(settlement);
  });

  it('settlementOf() keeps the retryAfter of a handler, and values of the event that were not stored', () => {
    const claim = { delivery: createStored(), failures: 0, handlers: [] };
    const known = { eventType: 'scan_started', dialect: 'guide', target: undefined } as const;
    const now = Date.now();
    expect(
      settlementOf(claim, { ...failed, retryAfter: 60, event: { ...known, scanId: 's' } }, now, options),
    ).toMatchObject({ requestedWait: 60_000, dueAt: new Date(now + 60_000), event: { scanId: 's' } });
    expect(
      settlementOf(claim, { ...failed, event: { ...known, scanId: undefined } }, now, options),
    ).toMatchObject({ requestedWait: undefined, event: undefined });
  });

  it.each([
    ['concurrency', 0],
    ['maxAttempts', 1.5],
    ['lease', 2 ** 31],
    ['pollInterval', Number.NaN],
    ['closeTimeout', -1],
  ] as const)('readWorkerOptions() rejects %s: %d', (option, value) => {
    const defaults = { ...options, lease: 1, pollInterval: 1 };
    expect(() => readWorkerOptions({ [option]: value }, defaults)).toThrow(
      expect.objectContaining({ option }),
    );
  });

  it('readWorkerOptions() returns only the options that the store supports', () => {
    expect(readWorkerOptions({ closeTimeout: 0, lease: 5 }, { closeTimeout: 10, concurrency: 3 })).toEqual({
      closeTimeout: 0,
      concurrency: 3,
    });
  });
});
