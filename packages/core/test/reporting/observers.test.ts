import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createReceiver,
  type ErrorDetails,
  type Outcome,
  type OutcomeDetails,
  type Receiver,
  type ReceiverOptions,
  RetryLaterError,
} from '../../src/index.ts';
import { memoryLog, memoryQueue } from '../../src/stores/index.ts';
import { keepingLogger } from '../support/lines.ts';
import { secret, sender } from '../support/sender.ts';

const codeOf = (outcome: Outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status);

/** Create a receiver, and collect its log lines, outcomes and errors. */
function observed(options: Partial<ReceiverOptions> = {}) {
  const { logger, lines } = keepingLogger();
  const outcomes: ({ readonly code: string } & OutcomeDetails)[] = [];
  const errors: ErrorDetails[] = [];
  const receiver = createReceiver({ secret, logger, ...options })
    .onOutcome((outcome, details) => outcomes.push({ code: codeOf(outcome), ...details }))
    .onError((_error, details) => errors.push(details));
  return { receiver, lines, outcomes, errors };
}

/** Create a handler that fails this number of times, and then succeeds. */
function failing(times: number, error: () => Error = () => new Error('down')) {
  let calls = 0;
  return () => {
    if (++calls <= times) throw error();
  };
}

const quick = { baseDelay: 1, maxDelay: 1 };

describe('a receiver with a queue', () => {
  it('reports the phase, the attempt and the event type of each outcome', async () => {
    const { receiver, outcomes, errors } = observed({ queue: memoryQueue(quick) });
    receiver.on('scan_completed', failing(1));
    const send = await sender('scan.complete');
    await send(receiver);
    await send(receiver);
    await vi.waitFor(() => expect(outcomes).toHaveLength(4));
    const eventType = 'scan_completed';
    expect(outcomes).toMatchObject([
      { code: 'accepted', phase: 'received', attempt: 0, eventType },
      { code: 'duplicate', phase: 'received', attempt: 0, eventType },
      { code: 'handler_failed', phase: 'handled', attempt: 1, eventType, nextAttempt: expect.any(Date) },
      { code: 'processed', phase: 'handled', attempt: 2, eventType, nextAttempt: undefined },
    ]);
    expect(errors).toMatchObject([
      {
        ...{ source: 'handlers', phase: 'handled', attempt: 1, eventType },
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ]);
  });

  it('logs a failed attempt in one line with its handlers and the time of the next attempt', async () => {
    const { receiver, lines } = observed({ queue: memoryQueue(quick) });
    receiver.on('scan_completed', () => {}, { name: 'fine' });
    receiver.on('scan_completed', failing(1), { name: 'siem' });
    const before = Date.now();
    await (await sender())(receiver);
    await vi.waitFor(() => expect(lines).toHaveLength(3));
    expect(lines.map(({ level, details }) => [level, details.phase, details.attempt])).toEqual([
      ['info', 'received', 0],
      ['error', 'handled', 1],
      ['info', 'handled', 2],
    ]);
    const [, failure] = lines;
    expect(failure?.message).toBe('spiderfoot webhook: handlers failed');
    expect(failure?.details).toMatchObject({
      handlers: ['siem'],
      eventType: 'scan_completed',
      err: { failures: [{ handler: 'siem' }] },
    });
    const { nextAttempt } = failure?.details ?? {};
    expect(nextAttempt instanceof Date && nextAttempt.getTime()).toBeGreaterThanOrEqual(before);
  });

  it('logs a RetryLaterError with the level info, and does not call onError', async () => {
    const { receiver, lines, errors, outcomes } = observed({ queue: memoryQueue(quick) });
    receiver.onAny(
      failing(1, () => new RetryLaterError(0.001, 'busy')),
      { name: 'siem' },
    );
    await (await sender())(receiver);
    await vi.waitFor(() => expect(outcomes).toHaveLength(3));
    expect(lines.map(({ level }) => level)).toEqual(['info', 'info', 'info']);
    expect(lines[1]?.details).toMatchObject({
      handlers: ['siem'],
      retryAfter: 0.001,
      nextAttempt: expect.any(Date),
      reason: expect.stringContaining('busy'),
    });
    expect(errors).toEqual([]);
  });

  it('logs an error if one handler throws RetryLaterError and another one fails', async () => {
    const { receiver, lines, errors, outcomes } = observed({ queue: memoryQueue(quick) });
    receiver.onAny(failing(1, () => new RetryLaterError(0.001, 'busy'))).onAny(failing(1));
    await (await sender())(receiver);
    await vi.waitFor(() => expect(outcomes).toHaveLength(3));
    expect(lines.map(({ level }) => level)).toEqual(['info', 'error', 'info']);
    expect(errors).toMatchObject([{ source: 'handlers', attempt: 1 }]);
  });

  it('logs one line with the error if the queue cannot store a delivery', async () => {
    const diskError = new Error('disk full');
    const queue = { ...memoryQueue(), enqueue: () => Promise.reject(diskError) };
    const { receiver, lines, errors } = observed({ queue });
    expect(await (await sender())(receiver)).toMatchObject({ code: 'unavailable' });
    expect(lines).toMatchObject([{ level: 'error', details: { code: 'unavailable', err: diskError } }]);
    expect(errors).toMatchObject([
      { source: 'queue', phase: 'received', attempt: 0, eventType: 'scan_completed' },
    ]);
  });

  it('logs the failure of a separate log in one line, in addition to the outcome', async () => {
    const diskError = new Error('disk full');
    const log = { record: () => Promise.reject(diskError) };
    const { receiver, lines, errors } = observed({ queue: memoryQueue(), log });
    receiver.onAny(() => {});
    await (await sender())(receiver);
    await vi.waitFor(() => expect(lines).toHaveLength(3));
    expect(lines).toMatchObject([
      { level: 'info', details: { status: 'accepted' } },
      { level: 'error', details: { source: 'log', phase: 'handled', attempt: 1, err: diskError } },
      { level: 'info', details: { status: 'processed' } },
    ]);
    expect(errors).toMatchObject([{ source: 'log', phase: 'handled', attempt: 1 }]);
  });
});

describe('a receiver without a queue', () => {
  it('reports the phase received and the attempt of each outcome', async () => {
    const { receiver, outcomes, errors } = observed();
    receiver.onAny(failing(2));
    const send = await sender('scan_failed');
    for (let n = 0; n < 4; n++) await send(receiver);
    const common = { phase: 'received', eventType: 'scan_failed', nextAttempt: undefined };
    expect(outcomes).toMatchObject([
      { code: 'handler_failed', attempt: 1, ...common },
      { code: 'handler_failed', attempt: 2, ...common },
      { code: 'processed', attempt: 3, ...common },
      { code: 'duplicate', attempt: 0, ...common },
    ]);
    expect(errors).toMatchObject([
      { phase: 'received', attempt: 1, eventType: 'scan_failed' },
      { phase: 'received', attempt: 2, eventType: 'scan_failed' },
    ]);
  });

  it('reports the event type of a rejected delivery if it was parsed', async () => {
    const { receiver, outcomes, lines } = observed({ tolerance: 1, now: () => 5 });
    await (await sender('scan_completed'))(receiver);
    await (await sender('scan_completed', { events_found: 'many' }))(receiver);
    await receiver.receive({ method: 'GET', peer: '', header: () => '', readBody: async () => Buffer.of() });
    expect(outcomes).toMatchObject([
      { code: 'stale_event', attempt: 0, eventType: 'scan_completed' },
      { code: 'invalid_event', attempt: 0, eventType: 'scan_completed' },
      { code: 'method_not_allowed', attempt: 0, eventType: undefined },
    ]);
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn spiderfoot webhook rejected: stale_event',
      'warn spiderfoot webhook rejected: invalid_event',
      'warn spiderfoot webhook rejected: method_not_allowed',
    ]);
  });

  it('logs a failure in one line even if two requests wait for it', async () => {
    const { receiver, lines, errors, outcomes } = observed();
    let fail = () => {};
    receiver.onAny(
      () =>
        new Promise((_resolve, reject) => {
          fail = () => reject(new Error('down'));
        }),
    );
    const send = await sender();
    const first = send(receiver);
    await vi.waitFor(() => expect(fail.name).toBe('fail'));
    const second = send(receiver);
    await new Promise((resolve) => setImmediate(resolve));
    fail();
    expect([codeOf(await first), codeOf(await second)]).toEqual(['handler_failed', 'handler_failed']);
    expect(lines.map(({ level }) => level)).toEqual(['error', 'warn']);
    expect(lines[1]?.details).not.toHaveProperty('err');
    expect(errors).toHaveLength(1);
    expect(outcomes).toMatchObject([{ attempt: 1 }, { attempt: 0 }]);
  });

  it('logs a failure of handlers and of the log in one line with both errors', async () => {
    const log = memoryLog();
    const { record } = log;
    let calls = 0;
    const diskError = new Error('disk full');
    vi.spyOn(log, 'record').mockImplementation((entry) =>
      ++calls === 2 ? Promise.reject(diskError) : record(entry),
    );
    const { receiver, lines, errors } = observed({ log });
    receiver.onAny(failing(1));
    expect(await (await sender())(receiver)).toMatchObject({ code: 'unavailable' });
    expect(lines).toMatchObject([
      {
        level: 'error',
        details: {
          code: 'unavailable',
          attempt: 1,
          err: { errors: [diskError, { name: 'EventHandlingError' }] },
        },
      },
    ]);
    expect(errors.map(({ source }) => source)).toEqual(['handlers', 'log']);
  });

  it('logs a user function that throws in one line', async () => {
    const { receiver, lines, errors } = observed();
    const fault = new Error('no header');
    const receive = receiver.receive({
      method: 'POST',
      get peer(): string {
        throw fault;
      },
      header: () => undefined,
      readBody: async () => Buffer.of(),
    });
    expect(codeOf(await receive)).toBe('receiver_failed');
    expect(lines).toMatchObject([{ level: 'error', details: { code: 'receiver_failed', err: fault } }]);
    expect(errors).toMatchObject([{ source: 'receiver', phase: 'received', attempt: 0, id: undefined }]);
  });

  it('logs the milliseconds from the request to its outcome as ms', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    vi.advanceTimersByTime(1000);
    const { receiver, lines, outcomes } = observed();
    receiver.onAny(() => void vi.advanceTimersByTime(12));
    await (await sender())(receiver);
    expect(lines.map(({ details }) => details.ms)).toEqual([12]);
    expect(outcomes.map(({ timings }) => timings)).toEqual([{ body: 0, check: 0, handle: 12, total: 12 }]);
  });

  it('reports a body that cannot be discarded in addition to the rejection', async () => {
    const fault = new Error('no stream');
    const { receiver, lines, errors } = observed();
    const outcome = await receiver.receive({
      method: 'GET',
      peer: undefined,
      header: () => undefined,
      readBody: async () => Buffer.of(),
      discardBody: () => Promise.reject(fault),
    });
    expect(codeOf(outcome)).toBe('method_not_allowed');
    expect(lines).toMatchObject([
      { level: 'warn', details: { code: 'method_not_allowed' } },
      { level: 'error', details: { source: 'receiver', phase: 'received', err: fault } },
    ]);
    expect(errors).toMatchObject([{ source: 'receiver', phase: 'received' }]);
  });

  it('logs a clock that throws in one line, in addition to the outcome', async () => {
    const now = () => JSON.parse('{');
    const { receiver, lines } = observed({ now });
    receiver.onAny(() => {});
    await (await sender())(receiver);
    expect(lines).toMatchObject([
      { level: 'error', details: { source: 'receiver' } },
      { level: 'info', details: { status: 'processed' } },
    ]);
  });
});

describe('a counter of new deliveries', () => {
  /** The example in docs/metrics-and-logs.md. */
  function counting(receiver: Receiver) {
    const counted: unknown[] = [];
    receiver.onOutcome(({ status }, { phase, attempt, eventType }) => {
      if (phase === 'received' && (status === 'accepted' || attempt === 1)) counted.push(eventType);
    });
    return counted;
  }

  it.each([
    ['without a queue', () => ({})],
    ['with a log', () => ({ log: memoryLog() })],
    ['with a queue', () => ({ queue: memoryQueue(quick) })],
  ])('counts each delivery once %s, even if it is sent or attempted several times', async (_, stores) => {
    const { receiver, outcomes } = observed(stores());
    const counted = counting(receiver);
    receiver.onAny(failing(3));
    for (const type of ['scan_completed', 'scan_failed']) {
      const send = await sender(type);
      for (let n = 0; n < 5; n++) await send(receiver);
    }
    await vi.waitFor(() => expect(outcomes.filter(({ code }) => code === 'processed')).toHaveLength(2));
    expect(counted).toEqual(['scan_completed', 'scan_failed']);
  });
});
