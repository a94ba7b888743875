import { describe, expect, it, vi } from 'vitest';
import { RetryLaterError } from '../../src/index.ts';
import { memoryQueue } from '../../src/stores/index.ts';
import { failing, observed, quick } from '../support/observed.ts';
import { sender } from '../support/sender.ts';

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
