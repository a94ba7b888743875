import { describe, expect, it, vi } from 'vitest';
import {
  createReceiver,
  type DeadLetter,
  EventHandlingError,
  type ReceiverOptions,
  RetryLaterError,
} from '../../src/index.ts';
import { type DeliveryQueue, memoryQueue } from '../../src/stores/index.ts';
import { keepingLogger } from '../support/lines.ts';
import { secret, sender } from '../support/sender.ts';

/** Create a receiver with a memory queue, and collect the dead letters that it reports. */
function createReporting(options: Partial<ReceiverOptions> = {}) {
  const letters: DeadLetter[] = [];
  const queue = memoryQueue({ maxAttempts: 2, baseDelay: 1 });
  const receiver = createReceiver({ secret, endpoint: 'e', queue, ...options });
  receiver.onDeadLetter((letter) => letters.push(letter));
  receiver.onAny(() => {}, { name: 'fine' });
  receiver.on('scan_completed', () => Promise.reject(new Error('siem is down')), { name: 'siem' });
  return { receiver, letters, queue };
}

const data = { scan_id: 's1', target: 'example.com' };

describe('a dead letter of a memory queue', () => {
  it('reports a dead letter with its delivery, its handlers and their errors', async () => {
    const { receiver, letters } = createReporting();
    const before = new Date();
    await (await sender('scan.complete', data))(receiver);
    await vi.waitFor(() => expect(letters).toHaveLength(1));
    const [letter] = letters;
    expect(letter).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      ...{ endpoint: 'e', eventType: 'scan_completed', scanId: 's1', target: 'example.com' },
      ...{ ip: '127.0.0.1', attempts: 2, reason: 'failed' },
      handlers: [
        { name: 'fine', succeeded: true, error: undefined },
        { name: 'siem', succeeded: false, error: 'siem is down' },
      ],
    });
    expect(letter?.receivedAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(letter?.error).toBeInstanceOf(EventHandlingError);
  });

  it('logs a dead letter in one line with the failure', async () => {
    const { logger, lines } = keepingLogger();
    const { receiver, letters } = createReporting({ logger });
    await (await sender())(receiver);
    await vi.waitFor(() => expect(letters).toHaveLength(1));
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'info spiderfoot webhook accepted',
      'error spiderfoot webhook: handlers failed',
      'error spiderfoot webhook: handlers failed; the delivery is a dead letter',
    ]);
    expect(lines[2]?.details).toMatchObject({
      ...{ id: letters[0]?.id, endpoint: 'e', eventType: 'scan_completed', phase: 'handled', attempt: 2 },
      ...{ handlers: ['siem'], nextAttempt: undefined, err: letters[0]?.error },
    });
  });

  it.each([
    ['with a logger', { logger: keepingLogger().logger }, true],
    ['without a logger', {}, false],
  ])(
    'confirms to the store that a dead letter is logged only if there is a logger: %s',
    (_, options, isLogged) => {
      const confirmations: unknown[] = [];
      const queue: DeliveryQueue = {
        enqueue: async () => 'accepted',
        start(endpoint, _process, onDeadLetter) {
          confirmations.push(
            onDeadLetter?.({
              ...{ id: 'a'.repeat(32), endpoint, eventType: 'scan_completed', scanId: 's1', target: 't' },
              ...{ receivedAt: new Date(), ip: undefined, attempts: 5, reason: 'lost', handlers: [] },
              error: new Error('lost'),
            }),
          );
          return { close: async () => {} };
        },
      };
      const { receiver } = createReporting({ queue, ...options });
      receiver.start();
      expect(confirmations).toEqual([isLogged]);
    },
  );

  it('logs a dead letter as an error even if its handlers only threw RetryLaterError', async () => {
    const { logger, lines } = keepingLogger();
    const letters: unknown[] = [];
    const receiver = createReceiver({ secret, logger, queue: memoryQueue({ maxAttempts: 1 }) })
      .onAny(() => Promise.reject(new RetryLaterError(60, 'busy')))
      .onDeadLetter((letter) => letters.push(letter));
    await (await sender())(receiver);
    await vi.waitFor(() => expect(letters).toHaveLength(1));
    expect(lines.map(({ level }) => level)).toEqual(['info', 'error']);
    expect(lines[1]?.message).toContain('dead letter');
  });

  it('reports a dead letter without running a handler if the body can no longer be parsed', async () => {
    const { logger, lines } = keepingLogger();
    const { receiver, letters, queue } = createReporting({ logger });
    const stored = {
      ...{ id: 'a'.repeat(32), endpoint: 'e', receivedAt: new Date(), ip: undefined },
      ...({ eventType: 'scan_completed', dialect: 'guide', scanId: 's1', target: 't' } as const),
      body: Buffer.from('{"event_type":"scan_completed"}'),
    };
    await queue.enqueue(stored);
    receiver.start();
    await vi.waitFor(() => expect(letters).toHaveLength(1));
    expect(letters).toMatchObject([
      {
        ...{ id: stored.id, eventType: 'scan_completed', target: 't', attempts: 1, reason: 'rejected' },
        ...{ code: 'invalid_event', issues: [{ path: 'timestamp' }], handlers: [] },
        error: expect.any(Error),
      },
    ]);
    expect(lines).toMatchObject([
      { level: 'error', message: expect.stringMatching(/rejected: invalid_event.*dead letter/) },
    ]);
    // A dead letter that is sent again is not a duplicate.
    expect(await queue.enqueue(stored)).toBe('accepted');
  });

  it.each([
    ['throws', () => JSON.parse('{')],
    ['rejects', () => Promise.reject(new Error('no pager'))],
  ])('only calls onError if a listener of onDeadLetter %s', async (_, fault) => {
    const { receiver, letters } = createReporting();
    const sources: string[] = [];
    receiver.onError((_error, { source, phase, attempt }) => sources.push(`${source} ${phase} ${attempt}`));
    receiver.onDeadLetter(fault);
    const nextListener = vi.fn();
    receiver.onDeadLetter(nextListener);
    await (await sender())(receiver);
    await vi.waitFor(() => expect(sources).toContain('listener handled 2'));
    expect(nextListener).toHaveBeenCalledOnce();
    expect(letters).toHaveLength(1);
    const outcomes: string[] = [];
    receiver.onOutcome(({ status }) => outcomes.push(status));
    await (await sender('scan_failed'))(receiver);
    await vi.waitFor(() => expect(outcomes.toSorted()).toEqual(['accepted', 'processed']));
  });

  it('reports a dead letter again if it is sent again and fails again', async () => {
    const { receiver, letters } = createReporting();
    const send = await sender();
    for (const count of [1, 2]) {
      expect(await send(receiver)).toMatchObject({ status: 'accepted' });
      await vi.waitFor(() => expect(letters).toHaveLength(count));
    }
  });

  it('reports no dead letter if the last attempt succeeds', async () => {
    const letters = vi.fn();
    let calls = 0;
    const done = vi.fn();
    const receiver = createReceiver({ secret, queue: memoryQueue({ maxAttempts: 2, baseDelay: 1 }) })
      .onDeadLetter(letters)
      .onOutcome(({ status }) => status === 'processed' && done())
      .onAny(() => {
        if (++calls === 1) throw new Error('down');
      });
    await (await sender())(receiver);
    await vi.waitFor(() => expect(done).toHaveBeenCalled());
    await receiver.close();
    expect(letters).not.toHaveBeenCalled();
  });
});
