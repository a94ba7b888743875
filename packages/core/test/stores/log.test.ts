import { describe, expect, it, vi } from 'vitest';
import { createReceiver, type ReceiverOptions } from '../../src/index.ts';
import { type DeliveryLog, type LogEntry, memoryLog } from '../../src/stores/index.ts';
import { signedDelivery, signedWebhook } from '../../src/testing/index.ts';
import { createQueuedWork, recordsOf } from '../support/records.ts';
import { deliveryFactory, secret, sender } from '../support/sender.ts';

const failing = { name: 'failing' };

describe('a log', () => {
  /** Send an event to a receiver with a log, and return the outcome, the states that were written and the record. */
  async function logged(options: Partial<ReceiverOptions>, type: string, data: unknown = {}) {
    const log = memoryLog();
    const recording = vi.spyOn(log, 'record');
    const receiver = createReceiver({ secret, log, ...options });
    receiver.on(
      'scan_failed',
      () => {
        throw new Error('siem is down');
      },
      failing,
    );
    receiver.on('scan.*', () => {}, { name: 'fine' });
    const createDelivery = await deliveryFactory(type, { data });
    const outcome = await receiver.receive(createDelivery());
    const states = recording.mock.calls.map(([{ state }]) => state);
    const [record] = await recordsOf(log);
    if (record === undefined) throw new Error('The log is empty');
    expect(Buffer.from(record.body)).toEqual(await createDelivery().readBody(Infinity, 0));
    return { outcome, states, record };
  }

  it('records a delivery before its handlers run and after they have run', async () => {
    const { states, record, outcome } = await logged({ endpoint: 'e' }, 'scan.complete');
    expect(states).toEqual(['received', 'processed']);
    expect(record).toMatchObject({
      id: outcome.status === 'processed' && outcome.id,
      endpoint: 'e',
      ip: '127.0.0.1',
      eventType: 'scan_completed',
      dialect: 'shipped',
      attempts: 1,
      handlers: [{ name: 'fine', succeeded: true, attempts: 1 }],
    });
  });

  it('records the errors of handlers, and which handlers succeeded', async () => {
    const { states, record } = await logged({}, 'scan_failed');
    expect(states).toEqual(['received', 'failed']);
    expect(record.error).toContain('siem is down');
    expect(Object.fromEntries(record.handlers.map(({ name, succeeded }) => [name, succeeded]))).toEqual({
      fine: true,
      failing: false,
    });
  });

  it.each([
    ['invalid_event', 'scan_completed', { events_found: 'many' }, {}],
    ['invalid_event', 'scan_completed', 'not an object', {}],
    ['stale_event', 'scan_completed', {}, { tolerance: 1, now: () => 5 }],
  ])(
    'records the body of a signed delivery that is rejected as %s: %s %j',
    async (code, type, data, options) => {
      const { states, record } = await logged(options, type, data);
      expect(states).toEqual(['rejected']);
      expect(record).toMatchObject({ code, attempts: 0 });
      if (code === 'invalid_event') expect(record.issues).not.toHaveLength(0);
    },
  );

  it('keeps the state and the attempts of a delivery when its retry is rejected as stale', async () => {
    const log = memoryLog();
    let time = 0;
    const receiver = createReceiver({ secret, log, tolerance: 60, now: () => time });
    receiver.onAny(() => {
      throw new Error('down');
    });
    const createDelivery = await deliveryFactory('scan_completed', { timestamp: new Date(0) });
    await receiver.receive(createDelivery());
    time = 3_600_000;
    expect(await receiver.receive(createDelivery())).toMatchObject({ code: 'stale_event' });
    expect(await recordsOf(log)).toMatchObject([{ state: 'failed', attempts: 1 }]);
  });

  it('records an event that the endpoint ignores', async () => {
    expect((await logged({ events: ['finding'] }, 'scan_completed')).states).toEqual(['ignored']);
  });

  it('does not record a delivery with an invalid signature', async () => {
    const log = memoryLog();
    const receiver = createReceiver({ secret, log });
    await receiver.receive(await signedDelivery('scan_completed', { secret: 'another' }));
    expect(await recordsOf(log)).toEqual([]);
  });

  it('lets the next process recognize duplicates and skip handlers that have succeeded', async () => {
    const log = memoryLog();
    let isDown = true;
    const fine = vi.fn();
    const attempts: number[] = [];
    const create = () =>
      createReceiver({ secret, log })
        .on('scan_completed', fine, { name: 'fine' })
        .on(
          'scan_completed',
          (_, { attempt }) => {
            attempts.push(attempt);
            if (isDown) throw new Error('down');
          },
          failing,
        );
    const send = await sender();
    expect(await send(create())).toMatchObject({ code: 'handler_failed' });
    isDown = false;
    expect(await send(create())).toMatchObject({ status: 'processed' });
    expect(await send(create())).toMatchObject({ status: 'duplicate' });
    expect(fine).toHaveBeenCalledOnce();
    expect(attempts).toEqual([1, 2]);
  });

  it('runs no handler if the log fails before them, and runs them on the retry', async () => {
    const log = memoryLog();
    const errors = vi.fn();
    const handler = vi.fn();
    const receiver = createReceiver({ secret, log }).onAny(handler).onError(errors);
    const send = await sender();
    const diskError = new Error('disk full');
    vi.spyOn(log, 'record').mockRejectedValueOnce(diskError);
    expect(await send(receiver)).toMatchObject({ code: 'unavailable', error: diskError });
    expect(handler).not.toHaveBeenCalled();
    expect(errors).toHaveBeenCalledWith(diskError, expect.objectContaining({ source: 'log' }));
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(handler).toHaveBeenCalledOnce();
  });

  it('answers unavailable if the log fails after the handlers, and the retry runs none of them again', async () => {
    const log = memoryLog();
    const handler = vi.fn();
    const receiver = createReceiver({ secret, log }).onAny(handler);
    const send = await sender();
    const record = log.record;
    let calls = 0;
    const diskError = new Error('disk full');
    vi.spyOn(log, 'record').mockImplementation((entry) =>
      ++calls === 2 ? Promise.reject(diskError) : record(entry),
    );
    expect(await send(receiver)).toEqual(expect.objectContaining({ code: 'unavailable', error: diskError }));
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(handler).toHaveBeenCalledOnce();
    expect(await recordsOf(log)).toMatchObject([
      { state: 'processed', handlers: [{ name: 'all', succeeded: true }] },
    ]);
  });

  it('counts deliveries with an invalid signature in the log, and only reports an error of the count', async () => {
    const recordRejection = vi.fn();
    const errors = vi.fn();
    const receiver = createReceiver({
      secret,
      endpoint: 'e',
      log: { ...memoryLog(), recordRejection },
    }).onError(errors);
    const forged = () => signedDelivery('scan_completed', { secret: 'another' });
    expect(await receiver.receive(await forged())).toMatchObject({ code: 'invalid_signature' });
    expect(recordRejection).toHaveBeenCalledWith(
      expect.objectContaining({ code: 'invalid_signature', endpoint: 'e', ip: '127.0.0.1' }),
    );
    await (await sender('scan_completed', 'not an object'))(receiver);
    expect(recordRejection).toHaveBeenCalledOnce();
    recordRejection.mockImplementation(() => {
      throw new Error('full');
    });
    expect(await receiver.receive(await forged())).toMatchObject({ code: 'invalid_signature' });
    expect(errors).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ source: 'log' }));
  });

  it('starts a log that supports replays, and parses the body of a replayed delivery again', async () => {
    const start = vi.fn<NonNullable<DeliveryLog['start']>>(() => ({ close: async () => {} }));
    const handler = vi.fn();
    const receiver = createReceiver({ secret, endpoint: 'e', log: { ...memoryLog(), start } }).onAny(handler);
    expect(receiver.queued).toBe(false);
    receiver.start();
    await vi.waitFor(() => expect(start).toHaveBeenCalledOnce());
    const [endpoint, process] = start.mock.calls[0] ?? [];
    expect(endpoint).toBe('e');
    const data = { scan_id: 's1', target: 'example.com' };
    const { body } = await signedWebhook('scan.complete', { secret, data });
    const work = createQueuedWork({ body: Buffer.from(body), eventType: undefined });
    expect(await process?.(work)).toMatchObject({
      status: 'processed',
      succeeded: ['x', 'all'],
      event: { eventType: 'scan_completed', dialect: 'shipped', scanId: 's1', target: 'example.com' },
    });
    expect(handler).toHaveBeenCalledOnce();
  });

  it('keeps the state processed of a delivery in the log, and drops the oldest deliveries over its limit', async () => {
    const log = memoryLog(2);
    const entry = (id: string, state: LogEntry['state']): LogEntry => ({
      ...createQueuedWork({ id, endpoint: 'e' }),
      state,
    });
    await log.record(entry('a', 'processed'));
    await log.record(entry('a', 'rejected'));
    expect(await log.record(entry('a', 'received'))).toMatchObject({ state: 'processed' });
    await log.record(entry('b', 'failed'));
    await log.record(entry('c', 'failed'));
    expect((await recordsOf(log)).map(({ id }) => id)).toEqual(['b', 'c']);
  });
});
