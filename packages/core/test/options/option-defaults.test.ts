import { expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { toHttpResponse } from '../../src/adapter/index.ts';
import { createReceiver, HandlerTimeoutError, type Receiver, rejections } from '../../src/index.ts';
import { type DeliveryQueue, mayReplace, memoryLog, memoryQueue } from '../../src/stores/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';
import { fetchHandler } from '../../src/web/index.ts';
import { recordsOf } from '../support/records.ts';

const secret = 'defaults-s3cret';

const send = async (receiver: Receiver, type = 'scan_started', data: unknown = {}) =>
  receiver.receive(await signedDelivery(type, { secret, data }));

it('limits a body to 1 MiB and five seconds by default', async () => {
  const receiver = createReceiver({ secret: false });
  const withLength = async (length: number) => {
    const readBody = vi.fn(async () => 'request_aborted' as const);
    const headers: Readonly<Record<string, string>> = {
      'content-type': 'application/json',
      'content-length': String(length),
    };
    const header = (name: string) => headers[name];
    const outcome = await receiver.receive({ method: 'POST', peer: undefined, header, readBody });
    return { code: 'code' in outcome && outcome.code, calls: readBody.mock.calls };
  };
  expect(await withLength(1_048_576)).toEqual({ code: 'request_aborted', calls: [[1_048_576, 5000]] });
  expect(await withLength(1_048_577)).toEqual({ code: 'body_too_large', calls: [] });
});

it.each([
  ['nine seconds without a queue', 9000, false],
  ['five minutes with a queue', 300_000, true],
])('a handler times out after %s by default', async (_, milliseconds, queued) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const receiver = createReceiver({ secret, ...(queued && { queue: memoryQueue({ maxAttempts: 1 }) }) });
  const errors = vi.fn();
  receiver.onError(errors).onAny(() => new Promise(() => {}), { name: 'stuck' });
  receiver.start();
  const delivery = await signedDelivery('scan_started', { secret });
  const outcome = receiver.receive(delivery);
  await vi.advanceTimersByTimeAsync(0);
  await vi.advanceTimersByTimeAsync(milliseconds - 1);
  expect(errors).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await outcome;
  expect(errors.mock.calls[0]?.[0]).toMatchObject({ failures: [{ error: expect.any(HandlerTimeoutError) }] });
});

it('remembers 10,000 deliveries by default', async () => {
  const receiver = createReceiver({ secret });
  const first = { scan_id: 'first' };
  const timestamp = new Date();
  const sendFirst = async () =>
    (await receiver.receive(await signedDelivery('scan_started', { secret, data: first, timestamp }))).status;
  expect(await sendFirst()).toBe('processed');
  for (let i = 1; i < 10_000; i++) await send(receiver, 'scan_started', { scan_id: `s${i}` });
  expect(await sendFirst()).toBe('duplicate');
  await send(receiver, 'scan_started', { scan_id: 'one more' });
  expect(await sendFirst()).toBe('processed');
});

it('records ignored and rejected deliveries in a queue that is also a log, unless a separate log is passed', async () => {
  const queueLog = memoryLog();
  const queue: DeliveryQueue & typeof queueLog = { ...memoryQueue(), ...queueLog };
  const separateLog = memoryLog();
  for (const log of [undefined, separateLog]) {
    const receiver = createReceiver({ secret, events: ['finding'], queue, ...(log && { log }) });
    expect(await send(receiver)).toMatchObject({ status: 'ignored' });
    expect(await send(receiver, 'scan_failed', [])).toMatchObject({ code: 'invalid_event' });
  }
  for (const log of [queueLog, separateLog]) {
    expect(await recordsOf(log)).toMatchObject([
      { state: 'ignored', attempts: 0, eventType: 'scan_started' },
      { state: 'rejected', attempts: 0, eventType: 'scan_failed' },
    ]);
  }
  const plain = createReceiver({ secret, events: ['finding'], queue: memoryQueue() });
  expect(await send(plain)).toMatchObject({ status: 'ignored' });
});

it.each([
  [300_000, 'processed'],
  [300_001, 'rejected'],
])('an event %d ms from now is %s with a tolerance of 300', async (offset, status) => {
  const now = Date.parse('2024-01-01T12:00:00Z');
  const receiver = createReceiver({ secret, tolerance: 300, now: () => now });
  for (const time of [now - offset, now + offset]) {
    const delivery = await signedDelivery('scan_started', { secret, timestamp: new Date(time) });
    expect(await receiver.receive(delivery)).toMatchObject({ status });
  }
});

it('reports only the failure of the log if the handlers have succeeded', async () => {
  const failure = new Error('disk full');
  const log = memoryLog();
  const receiver = createReceiver({
    secret,
    log: {
      record: async (entry) => (entry.state === 'processed' ? Promise.reject(failure) : log.record(entry)),
    },
  });
  const outcome = await send(receiver);
  expect(outcome).toMatchObject({ status: 'rejected', code: 'unavailable' });
  expect('error' in outcome && outcome.error).toBe(failure);
});

it('fetchHandler() reserves the endpoint of the queue when it is mounted', () => {
  const queue = memoryQueue();
  fetchHandler(createReceiver({ secret, queue }));
  const second = createReceiver({ secret, queue });
  expect(() => fetchHandler(second)).toThrow(expect.objectContaining({ option: 'endpoint' }));
});

it('logs a warning only for an event without a handler', async () => {
  const warn = vi.fn();
  const logger = { debug() {}, info() {}, warn, error() {} };
  const receiver = createReceiver({ secret, logger }).on('scan_started', () => {});
  await send(receiver);
  expect(warn).not.toHaveBeenCalled();
  await send(receiver, 'scan_failed');
  expect(warn).toHaveBeenCalledOnce();
});

it.each([0, -1, Number.NaN, 2 ** 31])(
  'memoryLog() rejects a capacity of %d and names the option',
  (capacity) => {
    expect(() => memoryLog(capacity)).toThrow(expect.objectContaining({ option: 'capacity' }));
  },
);

it.each(['processed', 'queued', 'running'] as const)(
  'a log entry does not replace a delivery that is %s',
  (state) => {
    for (const entry of ['received', 'processed', 'failed', 'ignored', 'rejected'] as const) {
      expect(mayReplace({ state, attempt: 0 }, entry)).toBe(false);
    }
  },
);

it.each([undefined, null, 5])('rejects the schema %s and names the option schemas', (schema) => {
  const create = () => Reflect.apply(createReceiver, undefined, [{ secret, schemas: { own: schema } }]);
  expect(create).toThrow(expect.objectContaining({ option: 'schemas' }));
});

it.each([undefined, null, 'down', 7, new Error('down')])(
  'processes a delivery if the rate limiter rejects with %s, and calls onError',
  async (reason) => {
    const errors = vi.fn();
    const receiver = createReceiver({ secret, rateLimiter: { consume: () => Promise.reject(reason) } });
    receiver.onError(errors);
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(errors.mock.calls.map(([error]) => error)).toEqual([reason]);
  },
);

it('each rejection code has its HTTP status', () => {
  const statuses = Object.entries(rejections).map(([code, { status }]) => [code, status]);
  expect(Object.fromEntries(statuses)).toEqual({
    invalid_json: 400,
    invalid_event: 400,
    request_aborted: 400,
    missing_signature: 401,
    invalid_signature: 401,
    stale_event: 401,
    ip_not_allowed: 403,
    method_not_allowed: 405,
    body_timeout: 408,
    body_too_large: 413,
    unsupported_media_type: 415,
    unsupported_encoding: 415,
    rate_limited: 429,
    handler_failed: 500,
    receiver_failed: 500,
    body_already_parsed: 500,
    unavailable: 503,
    in_progress: 503,
    shutting_down: 503,
  });
});

it.each([
  ['unavailable', '5'],
  ['in_progress', '1'],
  ['shutting_down', '5'],
] as const)('%s asks the sender to retry after %s seconds', (code, seconds) => {
  expect(toHttpResponse({ status: 'rejected', code }).headers['retry-after']).toBe(seconds);
});

it('an issue has the path and the message of the schema, each cut at 200 characters', async () => {
  const name = 'n'.repeat(300);
  const schema = z.object({ count: z.number('own message'), [name]: z.number('m'.repeat(300)) });
  const receiver = createReceiver({ secret, schemas: { own: schema } });
  expect(await send(receiver, 'own', { count: 'many', [name]: '' })).toMatchObject({
    code: 'invalid_event',
    issues: [
      { path: 'data.count', message: 'own message' },
      { path: `data.${'n'.repeat(195)}`, message: 'm'.repeat(200) },
    ],
  });
});

it('a receiver that is mounted for handlers can then be mounted for a route', async () => {
  const handler = vi.fn();
  const receiver = createReceiver({ secret }).onAny(handler);
  receiver.mount('handlers');
  receiver.mount('route');
  receiver.onUnhandled(handler);
  expect(await send(receiver)).toMatchObject({ status: 'processed' });
  expect(handler).toHaveBeenCalledTimes(2);
});
