import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { Delivery } from '../../src/adapter/index.ts';
import {
  createReceiver,
  type ErrorDetails,
  type Outcome,
  type Receiver,
  type ReceiverOptions,
} from '../../src/index.ts';
import { memoryLog, memoryQueue, type ProcessWork, type QueuedWork } from '../../src/stores/index.ts';
import { signedWebhook } from '../../src/testing/index.ts';
import { recordsOf } from '../support/records.ts';

const secret = 'store-faults-s3cret';

/** The same delivery, as often as it is asked for, and as a queue hands it back. */
async function delivery() {
  const { headers, body } = await signedWebhook('scan_completed', { secret });
  const bytes = Buffer.from(body);
  const next = (): Delivery => ({
    method: 'POST',
    peer: '127.0.0.1',
    header: (name) => headers[name],
    readBody: async () => bytes,
  });
  const work = (attempt: number, succeeded: readonly string[] = []): QueuedWork => ({
    ...{ id: 'a'.repeat(32), endpoint: 'default', receivedAt: new Date(), ip: undefined, body: bytes },
    ...{ eventType: 'scan_completed', dialect: 'guide', scanId: undefined, target: undefined },
    ...{ attempt, succeeded },
  });
  return { next, work };
}

const codeOf = (outcome: Outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status);

/** The receiver's side of a queue, which the test plays itself. */
function processOf(
  register: (receiver: Receiver) => unknown,
  options: Partial<ReceiverOptions> = {},
): ProcessWork {
  let process: ProcessWork | undefined;
  const start = (_endpoint: string, given: ProcessWork) => {
    process = given;
    return { close: async () => {} };
  };
  const queue = { enqueue: async () => 'accepted' as const, start };
  const receiver = createReceiver({ secret, queue, ...options });
  register(receiver);
  receiver.start();
  return async (work) => {
    await vi.waitFor(() => expect(process).toBeDefined());
    return process?.(work) ?? Promise.reject(new Error('not started'));
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('behind a queue', () => {
  it.each([
    ['throws', () => JSON.parse('{')],
    ['has to be awaited', async () => true],
  ])('a schema that %s at the second look refuses the event and is told', async (_, fault) => {
    let looks = 0;
    const schema = z.looseObject({}).refine(() => (++looks === 1 ? true : fault()));
    const errors: ErrorDetails[] = [];
    const codes: string[] = [];
    const queue = memoryQueue();
    const receiver = createReceiver({ secret, queue, schemas: { scan_completed: schema } })
      .onError((_error, details) => errors.push(details))
      .onOutcome((outcome) => codes.push(codeOf(outcome)));
    const { next } = await delivery();
    await receiver.receive(next());
    await vi.waitFor(() => expect(codes).toEqual(['accepted', 'invalid_event']));
    expect(errors).toMatchObject([{ source: 'schemas', id: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
    await receiver.close();
  });

  it('an error that fails to tell how long to wait is a failure like any other', async () => {
    const fault = Object.defineProperty(new Error('odd'), 'retryAfter', { get: () => JSON.parse('{') });
    const process = processOf((receiver) => receiver.onAny(() => Promise.reject(fault)));
    const { work } = await delivery();
    expect(await process(work(1))).toMatchObject({
      status: 'failed',
      failures: [{ handler: 'all', error: 'odd' }],
      retryAfter: undefined,
    });
  });

  it('a thrown proxy whose every trap throws is a failure like any other', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const errors = vi.fn();
    const process = processOf((receiver) => receiver.onError(errors).onAny(() => Promise.reject(proxy)));
    const { work } = await delivery();
    expect(await process(work(1))).toMatchObject({ status: 'failed', failures: [{ handler: 'all' }] });
    expect(errors).toHaveBeenCalledOnce();
  });

  it('a logger that throws does not end the process, even for an event without a handler', async () => {
    const fault = () => JSON.parse('{');
    const logger = { debug: fault, info: fault, warn: fault, error: fault };
    const { next, work } = await delivery();
    expect(codeOf(await createReceiver({ secret, logger }).receive(next()))).toBe('processed');
    const process = processOf(() => {}, { logger });
    expect(await process(work(1))).toMatchObject({ status: 'processed' });
  });

  it('a handler that succeeds late, between two tries, is not run by the second', async () => {
    const finish: (() => void)[] = [];
    const process = processOf(
      (receiver) => receiver.onAny(() => new Promise<void>((resolve) => finish.push(resolve))),
      { handlerTimeout: 20 },
    );
    const { work } = await delivery();
    expect(await process(work(1))).toMatchObject({ status: 'failed', succeeded: [] });
    finish[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await process(work(2))).toMatchObject({ status: 'processed', succeeded: ['all'] });
    expect(finish).toHaveLength(1);
    // A replay begins anew.
    expect(await process(work(1))).toMatchObject({ status: 'failed' });
    expect(finish).toHaveLength(2);
  });

  it('an attempt after a success runs the handlers that the store has not recorded', async () => {
    const ran: number[] = [];
    const process = processOf((receiver) => receiver.onAny((_, { attempt }) => void ran.push(attempt)), {});
    const { work } = await delivery();
    expect(await process(work(1))).toMatchObject({ status: 'processed' });
    expect(await process(work(2))).toMatchObject({ status: 'processed', succeeded: ['all'] });
    expect(await process(work(3, ['all']))).toMatchObject({ status: 'processed', succeeded: ['all'] });
    expect(ran).toEqual([1, 2]);
  });

  it.each([
    ['{', 'scan_completed', 'invalid_json'],
    ['{"event_type":"scan_failed","timestamp":1700000000,"data":[]}', 'scan_failed', 'invalid_event'],
  ])('the outcome of a stored body %j has the type %s', async (text, eventType, code) => {
    const outcomes: unknown[] = [];
    const process = processOf((receiver) =>
      receiver.onOutcome((outcome, details) =>
        outcomes.push({ code: codeOf(outcome), eventType: details.eventType }),
      ),
    );
    const { work } = await delivery();
    await process({ ...work(1), body: Buffer.from(text) });
    expect(outcomes).toEqual([{ code, eventType }]);
  });

  it('a replay of what failed begins with what the store says', async () => {
    const ran: string[] = [];
    const finish: (() => void)[] = [];
    const process = processOf(
      (receiver) => {
        receiver.onAny(() => void ran.push('quick'), { name: 'quick' });
        receiver.onAny(() => new Promise<void>((resolve) => finish.push(resolve)), { name: 'slow' });
      },
      { handlerTimeout: 20 },
    );
    const { work } = await delivery();
    expect(await process(work(1))).toMatchObject({ status: 'failed', succeeded: ['quick'] });
    finish[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await process(work(1, ['quick']))).toMatchObject({ status: 'failed' });
    expect([ran, finish.length]).toEqual([['quick'], 2]);
  });
});

describe('a log', () => {
  /** One that stays silent, at the calls that are named. */
  function silentAt(...calls: readonly number[]) {
    const log = memoryLog();
    const { record } = log;
    let call = 0;
    vi.spyOn(log, 'record').mockImplementation((entry) =>
      calls.includes(++call) ? new Promise(() => {}) : record(entry),
    );
    return log;
  }

  it.each([
    ['before the handlers', silentAt(1, 2)],
    ['after the handlers', silentAt(2, 3)],
  ])('that stays silent %s is 503, as often as it does so, and then goes on', async (_, log) => {
    vi.useFakeTimers();
    const handler = vi.fn();
    const receiver = createReceiver({ secret, log }).onAny(handler);
    const { next } = await delivery();
    for (const expected of ['unavailable', 'unavailable', 'processed', 'duplicate']) {
      const answer = receiver.receive(next());
      await vi.advanceTimersByTimeAsync(5000);
      expect(codeOf(await answer)).toBe(expected);
    }
    expect(handler).toHaveBeenCalledOnce();
    expect(await recordsOf(log)).toMatchObject([
      { state: 'processed', handlers: [{ name: 'all', succeeded: true }] },
    ]);
    await receiver.close();
  });

  it('is waited for by close() no longer than it is by the sender', async () => {
    vi.useFakeTimers();
    const receiver = createReceiver({ secret, log: silentAt(1) });
    const { next } = await delivery();
    const answer = receiver.receive(next());
    const closing = receiver.close();
    await vi.advanceTimersByTimeAsync(5000);
    expect(codeOf(await answer)).toBe('unavailable');
    await closing;
  });
});

it('stores in plain JavaScript may answer at once', async () => {
  const { next } = await delivery();
  const create = (stores: object): Receiver =>
    Reflect.apply(createReceiver, undefined, [{ secret, ...stores }]);
  const log = { record: vi.fn() };
  expect(codeOf(await create({ log }).receive(next()))).toBe('processed');
  expect(log.record).toHaveBeenCalledTimes(2);
  const queue = { enqueue: () => 'accepted', start: () => ({ close() {} }) };
  expect(codeOf(await create({ queue }).receive(next()))).toBe('accepted');
});

it('a log whose replays cannot start is asked once, and its deliveries are handled', async () => {
  const start = vi.fn(() => {
    throw new Error('no replays');
  });
  const handled = vi.fn();
  const receiver = createReceiver({ secret, log: { ...memoryLog(), start } }).onAny(handled);
  for (let n = 1; n <= 3; n++) {
    const { headers, body } = await signedWebhook('scan_completed', { secret, data: { n } });
    const outcome = await receiver.receive({
      method: 'POST',
      peer: undefined,
      header: (name) => headers[name],
      readBody: async () => Buffer.from(body),
    });
    expect(outcome).toMatchObject({ status: 'processed' });
  }
  expect(start).toHaveBeenCalledOnce();
  expect(handled).toHaveBeenCalledTimes(3);
});
