import { expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { createReceiver, HandlerTimeoutError, type Receiver } from '../../src/index.ts';
import { type DeliveryQueue, memoryLog, memoryQueue } from '../../src/stores/index.ts';
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

it('fetchHandler() reserves the endpoint of the queue when it is mounted', () => {
  const queue = memoryQueue();
  fetchHandler(createReceiver({ secret, queue }));
  const second = createReceiver({ secret, queue });
  expect(() => fetchHandler(second)).toThrow(expect.objectContaining({ option: 'endpoint' }));
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
