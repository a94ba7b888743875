import { RateLimiterMemory, RateLimiterUnion } from 'rate-limiter-flexible';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createReceiver, type Receiver, type ReceiverOptions, RetryLaterError } from '../../src/index.ts';
import {
  type DeliveryLog,
  type LogEntry,
  memoryLog,
  memoryQueue,
  type QueuedWork,
} from '../../src/stores/index.ts';
import { signedDelivery, signedWebhook } from '../../src/testing/index.ts';
import { recordsOf } from '../support/records.ts';

const secret = 'stores-s3cret';

async function sender(type = 'scan_completed', data: unknown = {}, peer = '127.0.0.1') {
  const { headers, body } = await signedWebhook(type, { secret, data });
  const send = (receiver: Receiver) =>
    receiver.receive({
      method: 'POST',
      peer,
      header: (name) => headers[name],
      readBody: async () => Buffer.from(body),
    });
  return { body, send };
}

const failing = { name: 'failing' };

const storedWork: QueuedWork = {
  ...{ id: 'a'.repeat(32), endpoint: 'default', receivedAt: new Date(), ip: undefined },
  ...{ eventType: 'scan_started', dialect: 'guide', scanId: undefined, target: undefined },
  ...{ attempt: 1, succeeded: ['x'], body: Buffer.from('{"event_type":"scan_started"}') },
};

afterEach(() => {
  vi.useRealTimers();
});

describe('a log', () => {
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
    const { body, send } = await sender(type, data);
    const outcome = await send(receiver);
    const states = recording.mock.calls.map(([{ state }]) => state);
    const [record] = await recordsOf(log);
    if (record === undefined) throw new Error('nothing was logged');
    expect(Buffer.from(record.body).toString()).toBe(body);
    return { outcome, states, record };
  }

  it('has a delivery before and after its handlers', async () => {
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

  it('has why handlers failed, and which did not', async () => {
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
    ['invalid_event', 'scan_completed', 'no object', {}],
    ['stale_event', 'scan_completed', {}, { tolerance: 1, now: () => 5 }],
  ])('has the whole of what is refused as %s though it is genuine', async (code, type, data, options) => {
    const { states, record } = await logged(options, type, data);
    expect(states).toEqual(['rejected']);
    expect(record).toMatchObject({ code, attempts: 0 });
    if (code === 'invalid_event') expect(record.issues).not.toHaveLength(0);
  });

  it('keeps how far a delivery has come when its retry is refused as stale', async () => {
    const log = memoryLog();
    let time = 0;
    const receiver = createReceiver({ secret, log, tolerance: 60, now: () => time });
    receiver.onAny(() => {
      throw new Error('down');
    });
    const { headers, body } = await signedWebhook('scan_completed', { secret, timestamp: new Date(0) });
    const send = () =>
      receiver.receive({
        ...{ method: 'POST', peer: undefined, header: (name: string) => headers[name] },
        readBody: async () => Buffer.from(body),
      });
    await send();
    time = 3_600_000;
    expect(await send()).toMatchObject({ code: 'stale_event' });
    expect(await recordsOf(log)).toMatchObject([{ state: 'failed', attempts: 1 }]);
  });

  it('has what this endpoint does not take', async () => {
    expect((await logged({ events: ['finding'] }, 'scan_completed')).states).toEqual(['ignored']);
  });

  it('has nothing of what is not genuine', async () => {
    const log = memoryLog();
    const receiver = createReceiver({ secret, log });
    await receiver.receive(await signedDelivery('scan_completed', { secret: 'another' }));
    expect(await recordsOf(log)).toEqual([]);
  });

  it('tells duplicates, and which handlers are left to run, to the next process', async () => {
    const log = memoryLog();
    let down = true;
    const fine = vi.fn();
    const attempts: number[] = [];
    const create = () =>
      createReceiver({ secret, log })
        .on('scan_completed', fine, { name: 'fine' })
        .on(
          'scan_completed',
          (_, { attempt }) => {
            attempts.push(attempt);
            if (down) throw new Error('down');
          },
          failing,
        );
    const { send } = await sender();
    expect(await send(create())).toMatchObject({ code: 'handler_failed' });
    down = false;
    expect(await send(create())).toMatchObject({ status: 'processed' });
    expect(await send(create())).toMatchObject({ status: 'duplicate' });
    expect(fine).toHaveBeenCalledOnce();
    expect(attempts).toEqual([1, 2]);
  });

  it('that fails before the handlers keeps them from running, and the sender tries again', async () => {
    const log = memoryLog();
    const errors = vi.fn();
    const handler = vi.fn();
    const receiver = createReceiver({ secret, log }).onAny(handler).onError(errors);
    const { send } = await sender();
    const disk = new Error('disk full');
    vi.spyOn(log, 'record').mockRejectedValueOnce(disk);
    expect(await send(receiver)).toMatchObject({ code: 'unavailable', error: disk });
    expect(handler).not.toHaveBeenCalled();
    expect(errors).toHaveBeenCalledWith(disk, expect.objectContaining({ source: 'log' }));
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(handler).toHaveBeenCalledOnce();
  });

  it('that fails after the handlers is answered 503, and the retry runs none of them again', async () => {
    const log = memoryLog();
    const handler = vi.fn();
    const receiver = createReceiver({ secret, log }).onAny(handler);
    const { send } = await sender();
    const record = log.record;
    let calls = 0;
    vi.spyOn(log, 'record').mockImplementation((entry) =>
      ++calls === 2 ? Promise.reject(new Error('disk full')) : record(entry),
    );
    expect(await send(receiver)).toMatchObject({ code: 'unavailable' });
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(handler).toHaveBeenCalledOnce();
    expect(await recordsOf(log)).toMatchObject([
      { state: 'processed', handlers: [{ name: 'all', succeeded: true }] },
    ]);
  });

  it('counts what is not genuine, and may fail at that', async () => {
    const refused = vi.fn();
    const errors = vi.fn();
    const receiver = createReceiver({
      secret,
      endpoint: 'e',
      log: { ...memoryLog(), recordRejection: refused },
    }).onError(errors);
    const forged = () => signedDelivery('scan_completed', { secret: 'another' });
    expect(await receiver.receive(await forged())).toMatchObject({ code: 'invalid_signature' });
    expect(refused).toHaveBeenCalledWith(
      expect.objectContaining({ code: 'invalid_signature', endpoint: 'e', ip: '127.0.0.1' }),
    );
    await (await sender('scan_completed', 'no object')).send(receiver);
    expect(refused).toHaveBeenCalledOnce();
    refused.mockImplementation(() => {
      throw new Error('full');
    });
    expect(await receiver.receive(await forged())).toMatchObject({ code: 'invalid_signature' });
    expect(errors).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ source: 'log' }));
  });

  it('that can replay is given the handlers, and what is replayed of another version is looked at anew', async () => {
    const start = vi.fn<NonNullable<DeliveryLog['start']>>(() => ({ close: async () => {} }));
    const handler = vi.fn();
    const receiver = createReceiver({ secret, endpoint: 'e', log: { ...memoryLog(), start } }).onAny(handler);
    expect(receiver.queued).toBe(false);
    receiver.start();
    await vi.waitFor(() => expect(start).toHaveBeenCalledOnce());
    const [endpoint, process] = start.mock.calls[0] ?? [];
    expect(endpoint).toBe('e');
    const { body } = await sender('scan.complete', { scan_id: 's1', target: 'example.com' });
    const work = { ...storedWork, body: Buffer.from(body), eventType: undefined };
    expect(await process?.(work)).toMatchObject({
      status: 'processed',
      succeeded: ['x', 'all'],
      event: { eventType: 'scan_completed', dialect: 'shipped', scanId: 's1', target: 'example.com' },
    });
    expect(handler).toHaveBeenCalledOnce();
  });

  it('keeps what is processed, whatever comes later, and no more than it is to hold', async () => {
    const log = memoryLog(2);
    const entry = (id: string, state: LogEntry['state']): LogEntry => ({
      ...storedWork,
      id,
      state,
      endpoint: 'e',
    });
    await log.record(entry('a', 'processed'));
    await log.record(entry('a', 'rejected'));
    expect(await log.record(entry('a', 'received'))).toMatchObject({ state: 'processed' });
    await log.record(entry('b', 'failed'));
    await log.record(entry('c', 'failed'));
    expect((await recordsOf(log)).map(({ id }) => id)).toEqual(['b', 'c']);
  });
});

describe('the memory of deliveries', () => {
  it('forgets the oldest, and none but that', async () => {
    const receiver = createReceiver({ secret, dedupeCacheSize: 2 });
    const sends = [];
    for (let n = 0; n < 3; n++) sends.push((await sender('scan_completed', { n })).send);
    const [first, second, third] = sends;
    for (const send of sends) expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(await third?.(receiver)).toMatchObject({ status: 'duplicate' });
    expect(await second?.(receiver)).toMatchObject({ status: 'duplicate' });
    expect(await first?.(receiver)).toMatchObject({ status: 'processed' });
    expect(await second?.(receiver)).toMatchObject({ status: 'processed' });
  });

  it('does not forget what still runs, however much comes meanwhile', async () => {
    const receiver = createReceiver({ secret, dedupeCacheSize: 1 });
    const finish: (() => void)[] = [];
    receiver.on('scan_completed', () => new Promise<void>((resolve) => finish.push(resolve)));
    const { send } = await sender('scan_completed');
    const first = send(receiver);
    await vi.waitFor(() => expect(finish).toHaveLength(1));
    for (let n = 0; n < 5; n++) await (await sender('scan_started', { n })).send(receiver);
    const retry = send(receiver);
    finish[0]?.();
    expect(await first).toMatchObject({ status: 'processed' });
    expect(await retry).toMatchObject({ status: 'duplicate' });
    expect(finish).toHaveLength(1);
  });
});

describe('a queue', () => {
  it('is answered for at once, runs the handlers later, and knows a duplicate', async () => {
    const receiver = createReceiver({ secret, queue: memoryQueue() });
    const handler = vi.fn();
    const outcomes = vi.fn();
    receiver.on('scan_completed', handler).onOutcome((outcome) => outcomes(outcome.status));
    const { send } = await sender();
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

  it('tries again what failed, without the handlers that have succeeded, and gives up in the end', async () => {
    const receiver = createReceiver({ secret, queue: memoryQueue({ maxAttempts: 3, baseDelay: 1 }) });
    const fine = vi.fn();
    const attempts: number[] = [];
    const errors = vi.fn();
    receiver.onError(errors).on('scan_completed', fine);
    receiver.on('scan_completed', async (_, { attempt }) => {
      attempts.push(attempt);
      throw new Error('down');
    });
    await (await sender()).send(receiver);
    await vi.waitFor(() => expect(errors).toHaveBeenCalledTimes(3));
    expect(attempts).toEqual([1, 2, 3]);
    expect(fine).toHaveBeenCalledOnce();
    await receiver.close();
    expect(attempts).toEqual([1, 2, 3]);
  });

  /** Returns how long a queue in memory waits for the next attempt after a handler throws this value, in milliseconds. */
  async function waitAfter(error: unknown): Promise<number> {
    vi.useFakeTimers();
    const start = Date.now();
    const { send } = await sender();
    const queue = memoryQueue({ baseDelay: 1, maxDelay: 100 });
    const times: number[] = [];
    const receiver = createReceiver({ secret, queue }).onAny(() => {
      times.push(Date.now() - start);
      if (times.length === 1) throw error;
    });
    await send(receiver);
    while (times.length < 2) await vi.advanceTimersToNextTimerAsync();
    vi.useRealTimers();
    await receiver.close();
    return (times[1] ?? 0) - (times[0] ?? 0);
  }

  it.each([
    [2, 2000],
    [7200, 7_200_000],
    [86_400, 86_400_000],
    [1e12, 86_400_000],
  ])(
    'waits, if a handler asks for %d seconds, for %d ms, even if that exceeds maxDelay',
    async (asked, ms) => {
      expect(await waitAfter(new RetryLaterError(asked, 'busy'))).toBe(ms);
      expect(await waitAfter(Object.assign(new Error('busy'), { retryAfter: asked }))).toBe(ms);
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -60, '60', new Date(4e12), 60n, null, undefined])(
    'waits for its backoff if a handler asks for %s',
    async (retryAfter) => {
      const asked: unknown = Reflect.construct(RetryLaterError, [retryAfter, 'busy']);
      expect(await waitAfter(asked)).toBeLessThanOrEqual(1);
      expect(await waitAfter(Object.assign(new Error('busy'), { retryAfter }))).toBeLessThanOrEqual(1);
    },
  );

  it('beside a log of its own has in the log what became of its deliveries', async () => {
    const log = memoryLog();
    const receiver = createReceiver({ secret, log, queue: memoryQueue({ maxAttempts: 1 }) });
    receiver.on('scan_failed', () => {
      throw new Error('siem is down');
    });
    await (await sender('scan_completed')).send(receiver);
    await (await sender('scan_failed')).send(receiver);
    await vi.waitFor(async () => expect(await recordsOf(log)).toHaveLength(2));
    expect(await recordsOf(log)).toMatchObject([
      { state: 'processed', attempts: 1 },
      { state: 'failed', handlers: [{ name: 'scan_failed', succeeded: false, error: 'siem is down' }] },
    ]);
  });

  it('takes again what it has given up, when it is sent again', async () => {
    let down = true;
    const receiver = createReceiver({ secret, queue: memoryQueue({ maxAttempts: 1 }) });
    const outcomes: string[] = [];
    receiver
      .onOutcome(({ status }) => outcomes.push(status))
      .onAny(() => {
        if (down) throw new Error('down');
      });
    const { send } = await sender();
    expect(await send(receiver)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(outcomes).toContain('rejected'));
    down = false;
    expect(await send(receiver)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(outcomes).toContain('processed'));
  });

  it('handles what it has accepted before it is closed, however soon', async () => {
    const handler = vi.fn();
    const receiver = createReceiver({ secret, queue: memoryQueue() }).onAny(handler);
    expect(await (await sender()).send(receiver)).toMatchObject({ status: 'accepted' });
    await receiver.close();
    expect(handler).toHaveBeenCalledOnce();
  });

  it('serves several endpoints, each with its own handlers', async () => {
    const queue = memoryQueue();
    const handled: string[] = [];
    const create = (endpoint: string) =>
      createReceiver({ secret, endpoint, queue }).onAny((_, context) => handled.push(context.endpoint));
    const [a, b] = [create('a'), create('b')];
    const { send } = await sender();
    expect(await send(a)).toMatchObject({ status: 'accepted' });
    expect(await send(b)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(handled.sort()).toEqual(['a', 'b']));
    await a.close();
    expect(await (await sender('scan_started')).send(b)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(handled).toHaveLength(3));
  });

  it('that is full or fails is answered 503, and takes it when it is sent again', async () => {
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
    for (const { send } of [running, first])
      expect(await send(receiver)).toMatchObject({ status: 'accepted' });
    expect(await second.send(receiver)).toMatchObject({ code: 'unavailable' });
    expect(errors).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ source: 'queue' }));
    expect(await first.send(receiver)).toMatchObject({ status: 'duplicate' });
    finish();
    await vi.waitFor(async () => expect(await second.send(receiver)).toMatchObject({ status: 'accepted' }));
    await receiver.close();
  });

  it('works on so many at once, and on closing finishes what waits', async () => {
    const queue = memoryQueue({ concurrency: 2 });
    const releases: (() => void)[] = [];
    let running = 0;
    let most = 0;
    let done = 0;
    const receiver = createReceiver({ secret, queue }).onAny(async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => releases.push(resolve));
      running--;
      done++;
    });
    for (let n = 0; n < 7; n++) await (await sender('scan_completed', { n })).send(receiver);
    await vi.waitFor(() => expect(running).toBe(2));
    let closed = false;
    const closing = receiver.close().then(() => {
      closed = true;
    });
    for (let n = 0; n < 7; n++) {
      expect(closed).toBe(false);
      await vi.waitFor(() => expect(releases.length).toBeGreaterThan(n));
      releases[n]?.();
    }
    await closing;
    expect(done).toBe(7);
    expect(most).toBe(2);
  });

  it('starts by itself at the first delivery, and by start() without one', async () => {
    const queue = memoryQueue();
    const start = vi.spyOn(queue, 'start');
    const receiver = createReceiver({ secret, queue });
    receiver.start();
    receiver.start();
    expect(start).toHaveBeenCalledOnce();
    await (await sender()).send(receiver);
    expect(start).toHaveBeenCalledOnce();
  });

  it('runs what it holds with the handlers that are registered right after the start', async () => {
    const queue = memoryQueue();
    const { send } = await sender();
    const idle = { ...queue, start: () => ({ close: async () => {} }) };
    await send(createReceiver({ secret, queue: idle }));
    const unhandled = vi.fn();
    const handler = vi.fn();
    const receiver = createReceiver({ secret, queue }).onUnhandled(unhandled);
    receiver.start();
    receiver.onAny(handler);
    await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
    await receiver.close();
  });

  it('of an endpoint that another receiver has is refused to whoever mounts it, until that is closed', async () => {
    const queue = memoryQueue();
    const first = createReceiver({ secret, queue });
    const handler = vi.fn();
    const second = createReceiver({ secret, queue }).onAny(handler);
    first.start();
    expect(() => second.start()).toThrow(expect.objectContaining({ option: 'endpoint' }));
    // Mounted all the same it takes nothing that nobody would handle, and the process lives on.
    expect(await (await sender()).send(second)).toMatchObject({ code: 'receiver_failed' });
    await first.close();
    second.start();
    expect(await (await sender()).send(second)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
    await second.close();
  });

  it('that holds a body which no longer fits says so, and does not run it', async () => {
    const queue = memoryQueue();
    const receiver = createReceiver({ secret, queue });
    const outcomes = vi.fn();
    receiver.onOutcome(outcomes).onAny(() => outcomes('handled'));
    const start = vi.spyOn(queue, 'start');
    receiver.start();
    await vi.waitFor(() => expect(start).toHaveBeenCalled());
    const [, process] = start.mock.calls[0] ?? [];
    expect(await process?.(storedWork)).toMatchObject({
      ...{ status: 'rejected', code: 'invalid_event', succeeded: ['x'] },
      issues: [{ path: 'timestamp', message: expect.any(String) }],
    });
    expect(outcomes.mock.calls.map(([outcome]) => outcome.code)).toEqual(['invalid_event']);
  });
});

describe('a rate limiter of rate-limiter-flexible', () => {
  it('refuses an address that has used up its points, and says for how long', async () => {
    const receiver = createReceiver({
      secret,
      rateLimiter: new RateLimiterMemory({ points: 2, duration: 60 }),
    });
    const from = async (peer: string, n: number) =>
      (await sender('scan_completed', { n }, peer)).send(receiver);
    expect(await from('192.0.2.1', 1)).toMatchObject({ status: 'processed' });
    expect(await from('::ffff:192.0.2.1', 2)).toMatchObject({ status: 'processed' });
    const refused = await from('192.0.2.1', 3);
    expect(refused).toMatchObject({ code: 'rate_limited' });
    expect(refused.status === 'rejected' && refused.retryAfter).toBeGreaterThan(50);
    expect(refused.status === 'rejected' && refused.retryAfter).toBeLessThanOrEqual(60);
    expect(await from('192.0.2.2', 4)).toMatchObject({ status: 'processed' });
    for (const n of [5, 6]) expect(await from(`2001:db8::${n}`, n)).toMatchObject({ status: 'processed' });
    expect(await from('2001:db8::7', 7)).toMatchObject({ code: 'rate_limited' });
  });

  it('of several kinds put together limits as well', async () => {
    const rateLimiter = new RateLimiterUnion(
      new RateLimiterMemory({ keyPrefix: 'second', points: 1, duration: 10 }),
      new RateLimiterMemory({ keyPrefix: 'minute', points: 5, duration: 60 }),
    );
    const errors = vi.fn();
    const receiver = createReceiver({ secret, rateLimiter }).onError(errors);
    const from = async (n: number) => (await sender('scan_completed', { n })).send(receiver);
    expect(await from(1)).toMatchObject({ status: 'processed' });
    const refused = await from(2);
    expect(refused).toMatchObject({ code: 'rate_limited' });
    expect(refused.status === 'rejected' && refused.retryAfter).toBeGreaterThan(5);
    expect(errors).not.toHaveBeenCalled();
  });

  it.each([
    ['throws', () => Promise.reject(new Error('redis is down'))],
    [
      'throws at once',
      () => {
        throw new Error('redis is down');
      },
    ],
    ['never answers', () => new Promise(() => {})],
  ])('that %s lets the delivery through, and onError is told', async (_, consume) => {
    const errors = vi.fn();
    const receiver = createReceiver({ secret, rateLimiter: { consume } }).onError(errors);
    expect(await (await sender()).send(receiver)).toMatchObject({ status: 'processed' });
    expect(errors).toHaveBeenCalledWith(
      expect.any(Error),
      expect.objectContaining({ source: 'rateLimiter' }),
    );
  });
});

describe('A queue in memory whose receiver was closed', () => {
  it('leaves a delivery that waits for its retry to the next receiver', async () => {
    const queue = memoryQueue({ baseDelay: 60_000, maxDelay: 60_000 });
    const broken = vi.fn(() => {
      throw new Error('a bug');
    });
    const { send } = await sender();
    const before = createReceiver({ secret, queue }).onAny(broken, { name: 'handler' });
    before.start();
    expect(await send(before)).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(broken).toHaveBeenCalledOnce());
    await before.close();
    const attempts = vi.fn();
    const after = createReceiver({ secret, queue }).onAny((_, { attempt }) => attempts(attempt), {
      name: 'handler',
    });
    after.start();
    await vi.waitFor(() => expect(attempts).toHaveBeenCalledWith(2));
    expect(await send(after)).toMatchObject({ status: 'duplicate' });
    await after.close();
    expect(attempts).toHaveBeenCalledOnce();
  });
});
