import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import {
  createReceiver,
  type ErrorDetails,
  type Outcome,
  type Receiver,
  type ReceiverOptions,
} from '../../src/index.ts';
import { memoryLog, memoryQueue, type ProcessWork, type QueuedWork } from '../../src/stores/index.ts';
import { signedWebhook } from '../../src/testing/index.ts';
import { createQueuedWork, recordsOf } from '../support/records.ts';
import { deliveryFactory, secret, sender } from '../support/sender.ts';

/** Sign a webhook, and return functions that create deliveries of it: as a request, and as an attempt of a queue. */
async function delivery() {
  const { body } = await signedWebhook('scan_completed', { secret });
  const next = await deliveryFactory();
  const work = (attempt: number, succeeded: readonly string[] = []): QueuedWork =>
    createQueuedWork({ body: Buffer.from(body), eventType: 'scan_completed', attempt, succeeded });
  return { next, work };
}

const codeOf = (outcome: Outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status);

/** Return the function that a receiver passes to its queue, so that the test can act as the queue. */
function processOf(
  register: (receiver: Receiver) => unknown,
  options: Partial<ReceiverOptions> = {},
): ProcessWork {
  let process: ProcessWork | undefined;
  const start = (_endpoint: string, processWork: ProcessWork) => {
    process = processWork;
    return { close: async () => {} };
  };
  const queue = { enqueue: async () => 'accepted' as const, start };
  const receiver = createReceiver({ secret, queue, ...options });
  register(receiver);
  receiver.start();
  return async (work) => {
    await vi.waitFor(() => expect(process).toBeDefined());
    return process?.(work) ?? Promise.reject(new Error('The queue was not started'));
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('behind a queue', () => {
  it.each([
    ['throws', () => JSON.parse('{')],
    ['is asynchronous', async () => true],
  ])('a schema that %s in its second run rejects the event and is reported', async (_, fault) => {
    let runs = 0;
    const schema = z.looseObject({}).refine(() => (++runs === 1 ? true : fault()));
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

  it('an error whose retryAfter throws counts as a failure', async () => {
    const fault = Object.defineProperty(new Error('odd'), 'retryAfter', { get: () => JSON.parse('{') });
    const process = processOf((receiver) => receiver.onAny(() => Promise.reject(fault)));
    const { work } = await delivery();
    expect(await process(work(1))).toMatchObject({
      status: 'failed',
      failures: [{ handler: 'all', error: 'odd' }],
      retryAfter: undefined,
    });
  });

  it('a thrown proxy that is revoked counts as a failure', async () => {
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

  it('a handler that succeeds late, between two attempts, is not run by the second attempt', async () => {
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
    // A replay starts with the first attempt again.
    expect(await process(work(1))).toMatchObject({ status: 'failed' });
    expect(finish).toHaveLength(2);
  });

  it('an attempt after a success runs the handlers that the store does not list as succeeded', async () => {
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

  it('a replay of a failed delivery uses the succeeded handlers that the store lists', async () => {
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

describe('a log that does not answer', () => {
  /** Create a log that never answers the calls with these numbers. */
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
  ])(
    'answers unavailable each time the log does not answer %s, and a later retry succeeds',
    async (_, log) => {
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
    },
  );

  it('close() waits for the log no longer than the sender does', async () => {
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

it('a log or queue in plain JavaScript may answer synchronously', async () => {
  const { next } = await delivery();
  const create = (stores: object): Receiver =>
    Reflect.apply(createReceiver, undefined, [{ secret, ...stores }]);
  const log = { record: vi.fn() };
  expect(codeOf(await create({ log }).receive(next()))).toBe('processed');
  expect(log.record).toHaveBeenCalledTimes(2);
  const queue = { enqueue: () => 'accepted', start: () => ({ close() {} }) };
  expect(codeOf(await create({ queue }).receive(next()))).toBe('accepted');
});

it('a log whose start() throws is started only once, and its deliveries are processed', async () => {
  const start = vi.fn(() => {
    throw new Error('no replays');
  });
  const handler = vi.fn();
  const receiver = createReceiver({ secret, log: { ...memoryLog(), start } }).onAny(handler);
  for (let n = 1; n <= 3; n++) {
    const send = await sender('scan_completed', { n });
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
  }
  expect(start).toHaveBeenCalledOnce();
  expect(handler).toHaveBeenCalledTimes(3);
});
