import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReceiver } from '../../src/index.ts';
import { memoryLog, type ProcessWork } from '../../src/stores/index.ts';
import { createQueuedWork, recordsOf } from '../support/records.ts';
import { deliveryFactory, secret } from '../support/sender.ts';

const start = new Date('2024-01-01T00:00:00Z');

beforeEach(() => void vi.useFakeTimers({ now: start, toFake: ['Date', 'performance', 'setTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Return the time that is a number of milliseconds after the first attempt began. */
const after = (milliseconds: number) => new Date(start.getTime() + milliseconds);

describe('the runs of handlers', () => {
  it('records the start, the duration and the error of each run in the log', async () => {
    const log = memoryLog();
    const receiver = createReceiver({ secret, log });
    receiver.on('scan_completed', () => void vi.advanceTimersByTime(5), { name: 'at once' });
    receiver.on('scan_completed', () => new Promise((resolve) => setTimeout(resolve, 20)), { name: 'later' });
    receiver.on('scan_completed', () => new Promise(() => {}), { name: 'hanging', timeout: 100 });
    receiver.on(
      'scan_completed',
      () => {
        vi.advanceTimersByTime(1);
        throw new Error('down');
      },
      { name: 'throwing' },
    );
    const received = receiver.receive((await deliveryFactory('scan_completed'))());
    await vi.advanceTimersByTimeAsync(200);
    await received;
    const [record] = await recordsOf(log);
    const runs = Object.fromEntries(record?.handlers.map(({ name, runs: all }) => [name, all]) ?? []);
    const hanging = 'Handler "hanging" did not finish within 100 ms';
    expect(runs).toEqual({
      'at once': [{ startedAt: start, duration: 5 }],
      later: [{ startedAt: after(5), duration: 20 }],
      hanging: [{ startedAt: after(5), duration: 100, error: hanging }],
      throwing: [{ startedAt: after(5), duration: 1, error: 'down' }],
    });
  });

  it('records a run for each attempt, and none for a handler that has already succeeded', async () => {
    const log = memoryLog();
    const receiver = createReceiver({ secret, log });
    let isDown = true;
    receiver.on('scan_completed', () => {}, { name: 'slack' });
    receiver.on(
      'scan_completed',
      () => {
        if (isDown) throw new Error('down');
      },
      { name: 'siem' },
    );
    const createDelivery = await deliveryFactory('scan_completed');
    await receiver.receive(createDelivery());
    vi.advanceTimersByTime(1000);
    isDown = false;
    await receiver.receive(createDelivery());
    const [record] = await recordsOf(log);
    const retried = { startedAt: after(1000), duration: 0 };
    expect(record?.handlers).toEqual([
      { name: 'slack', succeeded: true, attempts: 1, runs: [{ startedAt: start, duration: 0 }] },
      {
        ...{ name: 'siem', succeeded: true, attempts: 2 },
        runs: [{ startedAt: start, duration: 0, error: 'down' }, retried],
      },
    ]);
  });

  it('passes the runs of a queued delivery to the store, with durations in microseconds', async () => {
    const started: ProcessWork[] = [];
    const queue = {
      enqueue: async () => 'accepted' as const,
      start(_: string, process: ProcessWork) {
        started.push(process);
        return { close: async () => {} };
      },
    };
    const receiver = createReceiver({ secret, queue });
    receiver.on('scan_started', () => void vi.advanceTimersByTime(1.23456), { name: 'siem' });
    receiver.start();
    const body = Buffer.from('{"event_type":"scan_started","timestamp":1704067200,"data":{}}');
    const result = started[0]?.(createQueuedWork({ succeeded: [], body }));
    await vi.advanceTimersByTimeAsync(1);
    expect(await result).toMatchObject({ runs: [{ handler: 'siem', startedAt: start, duration: 1.235 }] });
  });
});
