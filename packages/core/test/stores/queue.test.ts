import { describe, expect, it, vi } from 'vitest';
import { createReceiver } from '../../src/index.ts';
import { memoryLog, memoryQueue } from '../../src/stores/index.ts';
import { createQueuedWork, recordsOf } from '../support/records.ts';
import { secret, sender } from '../support/sender.ts';

describe('a memory queue', () => {
  it('accepts a delivery before its handlers run, and recognizes a duplicate', async () => {
    const receiver = createReceiver({ secret, queue: memoryQueue() });
    const handler = vi.fn();
    const outcomes = vi.fn();
    receiver.on('scan_completed', handler).onOutcome((outcome) => outcomes(outcome.status));
    const send = await sender();
    expect(await send(receiver)).toMatchObject({ status: 'accepted' });
    expect(handler).not.toHaveBeenCalled();
    expect(await send(receiver)).toMatchObject({ status: 'duplicate' });
    await vi.waitFor(() =>
      expect(outcomes.mock.calls.flat()).toEqual(['accepted', 'duplicate', 'processed']),
    );
    expect(handler).toHaveBeenCalledOnce();
    expect(handler).toHaveBeenCalledWith(
      expect.objectContaining({ event_type: 'scan_completed' }),
      expect.objectContaining({ attempt: 1, ip: '127.0.0.1' }),
    );
  });

  it('retries only the handlers that failed, at most maxAttempts times', async () => {
    const receiver = createReceiver({ secret, queue: memoryQueue({ maxAttempts: 3, baseDelay: 1 }) });
    const fine = vi.fn();
    const attempts: number[] = [];
    const errors = vi.fn();
    receiver.onError(errors).on('scan_completed', fine);
    receiver.on('scan_completed', async (_, { attempt }) => {
      attempts.push(attempt);
      throw new Error('down');
    });
    await (await sender())(receiver);
    await vi.waitFor(() => expect(errors).toHaveBeenCalledTimes(3));
    expect(attempts).toEqual([1, 2, 3]);
    expect(fine).toHaveBeenCalledOnce();
    await receiver.close();
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('records the results of queued deliveries in a separate log', async () => {
    const log = memoryLog();
    const receiver = createReceiver({ secret, log, queue: memoryQueue({ maxAttempts: 1 }) });
    receiver.on('scan_failed', () => {
      throw new Error('siem is down');
    });
    await (await sender('scan_completed'))(receiver);
    await (await sender('scan_failed'))(receiver);
    await vi.waitFor(async () => expect(await recordsOf(log)).toHaveLength(2));
    expect(await recordsOf(log)).toMatchObject([
      { state: 'processed', attempts: 1 },
      { state: 'failed', handlers: [{ name: 'scan_failed', succeeded: false, error: 'siem is down' }] },
    ]);
  });

  it('accepts a dead letter again when the sender sends it again', async () => {
    let isDown = true;
    const receiver = createReceiver({ secret, queue: memoryQueue({ maxAttempts: 1 }) });
    const outcomes: string[] = [];
    receiver
      .onOutcome(({ status }) => outcomes.push(status))
      .onAny(() => {
        if (isDown) throw new Error('down');
      });
    const send = await sender();
    expect(await send(receiver)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(outcomes).toContain('rejected'));
    isDown = false;
    expect(await send(receiver)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(outcomes).toContain('processed'));
  });

  it('runs the handlers of an accepted delivery when the receiver closes immediately afterwards', async () => {
    const handler = vi.fn();
    const receiver = createReceiver({ secret, queue: memoryQueue() }).onAny(handler);
    expect(await (await sender())(receiver)).toMatchObject({ status: 'accepted' });
    await receiver.close();
    expect(handler).toHaveBeenCalledOnce();
  });

  it('serves several endpoints with different handlers', async () => {
    const queue = memoryQueue();
    const handled: string[] = [];
    const create = (endpoint: string) =>
      createReceiver({ secret, endpoint, queue }).onAny((_, context) => handled.push(context.endpoint));
    const [a, b] = [create('a'), create('b')];
    const send = await sender();
    expect(await send(a)).toMatchObject({ status: 'accepted' });
    expect(await send(b)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(handled.sort()).toEqual(['a', 'b']));
    await a.close();
    expect(await (await sender('scan_started'))(b)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(handled).toHaveLength(3));
  });

  it('rejects a delivery as unavailable while the queue is full, and accepts it afterwards', async () => {
    const queue = memoryQueue({ capacity: 1, concurrency: 1 });
    const errors = vi.fn();
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const receiver = createReceiver({ secret, queue })
      .onError(errors)
      .onAny(() => finished);
    const running = await sender('scan_completed', { n: 0 });
    const first = await sender('scan_completed', { n: 1 });
    const second = await sender('scan_completed', { n: 2 });
    for (const send of [running, first]) expect(await send(receiver)).toMatchObject({ status: 'accepted' });
    expect(await second(receiver)).toMatchObject({ code: 'unavailable' });
    expect(errors).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ source: 'queue' }));
    expect(await first(receiver)).toMatchObject({ status: 'duplicate' });
    finish();
    await vi.waitFor(async () => expect(await second(receiver)).toMatchObject({ status: 'accepted' }));
    await receiver.close();
  });

  it('processes at most concurrency deliveries at once, and finishes the queued ones before it closes', async () => {
    const queue = memoryQueue({ concurrency: 2 });
    const releases: (() => void)[] = [];
    let running = 0;
    let maxRunning = 0;
    let finished = 0;
    const receiver = createReceiver({ secret, queue }).onAny(async () => {
      maxRunning = Math.max(maxRunning, ++running);
      await new Promise<void>((resolve) => releases.push(resolve));
      running--;
      finished++;
    });
    for (let n = 0; n < 7; n++) await (await sender('scan_completed', { n }))(receiver);
    await vi.waitFor(() => expect(running).toBe(2));
    let isClosed = false;
    const closing = receiver.close().then(() => {
      isClosed = true;
    });
    for (let n = 0; n < 7; n++) {
      expect(isClosed).toBe(false);
      await vi.waitFor(() => expect(releases.length).toBeGreaterThan(n));
      releases[n]?.();
    }
    await closing;
    expect(finished).toBe(7);
    expect(maxRunning).toBe(2);
  });

  it('starts the queue once if start() is called twice and a delivery arrives', async () => {
    const queue = memoryQueue();
    const start = vi.spyOn(queue, 'start');
    const receiver = createReceiver({ secret, queue });
    receiver.start();
    receiver.start();
    expect(start).toHaveBeenCalledOnce();
    await (await sender())(receiver);
    expect(start).toHaveBeenCalledOnce();
  });

  it('runs stored deliveries with handlers that are registered right after start()', async () => {
    const queue = memoryQueue();
    const send = await sender();
    const idle = { ...queue, start: () => ({ close: async () => {} }) };
    await send(createReceiver({ secret, queue: idle }));
    const unhandled = vi.fn();
    const handler = vi.fn();
    const receiver = createReceiver({ secret, queue }).onUnhandled(unhandled);
    receiver.start();
    receiver.onAny(handler);
    await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
    await receiver.close();
    // A handler of onAny() does not count as a handler of the event.
    expect(unhandled).toHaveBeenCalledOnce();
  });

  it('rejects a second receiver of the same endpoint until the first is closed', async () => {
    const queue = memoryQueue();
    const first = createReceiver({ secret, queue });
    const handler = vi.fn();
    const second = createReceiver({ secret, queue }).onAny(handler);
    first.start();
    expect(() => second.start()).toThrow(expect.objectContaining({ option: 'endpoint' }));
    // A receiver without workers accepts no delivery, because no handler would run. The process continues.
    expect(await (await sender())(second)).toMatchObject({ code: 'receiver_failed' });
    await first.close();
    second.start();
    expect(await (await sender())(second)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
    await second.close();
  });

  it('rejects a stored delivery that no longer fits its schema, and runs no handler', async () => {
    const queue = memoryQueue();
    const receiver = createReceiver({ secret, queue });
    const outcomes = vi.fn();
    receiver.onOutcome(outcomes).onAny(() => outcomes('handled'));
    const start = vi.spyOn(queue, 'start');
    receiver.start();
    await vi.waitFor(() => expect(start).toHaveBeenCalled());
    const [, process] = start.mock.calls[0] ?? [];
    expect(await process?.(createQueuedWork())).toMatchObject({
      ...{ status: 'rejected', code: 'invalid_event', succeeded: ['x'] },
      issues: [{ path: 'timestamp', message: expect.any(String) }],
    });
    expect(outcomes.mock.calls.map(([outcome]) => outcome.code)).toEqual(['invalid_event']);
  });

  it('keeps a delivery that waits for its retry for the next receiver', async () => {
    const queue = memoryQueue({ baseDelay: 60_000, maxDelay: 60_000 });
    const broken = vi.fn(() => {
      throw new Error('a bug');
    });
    const send = await sender();
    const first = createReceiver({ secret, queue }).onAny(broken, { name: 'handler' });
    first.start();
    expect(await send(first)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(broken).toHaveBeenCalledOnce());
    await first.close();
    const attempts = vi.fn();
    const second = createReceiver({ secret, queue }).onAny((_, { attempt }) => attempts(attempt), {
      name: 'handler',
    });
    second.start();
    await vi.waitFor(() => expect(attempts).toHaveBeenCalledWith(2));
    expect(await send(second)).toMatchObject({ status: 'duplicate' });
    await second.close();
    expect(attempts).toHaveBeenCalledOnce();
  });
});
