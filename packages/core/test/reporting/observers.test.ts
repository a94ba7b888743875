import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Receiver } from '../../src/index.ts';
import { memoryLog, memoryQueue } from '../../src/stores/index.ts';
import { codeOf, failing, observed, quick } from '../support/observed.ts';
import { sender } from '../support/sender.ts';

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
