import { describe, expect, it, vi } from 'vitest';
import { createReceiver, EventHandlingError, HandlerTimeoutError, type Outcome } from '../../src/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';
import { secret, sender } from '../support/sender.ts';

/** Return the EventHandlingError of a rejected delivery. */
function handlingErrorOf(outcome: Outcome): EventHandlingError {
  if (outcome.status === 'rejected' && outcome.error instanceof EventHandlingError) return outcome.error;
  throw new Error('The outcome has no EventHandlingError');
}

describe('handlers that fail', () => {
  it('runs the other handlers if some fail, and reports the failures in one error with the event', async () => {
    const receiver = createReceiver({ secret });
    const errors: unknown[] = [];
    const ran: string[] = [];
    receiver.onError((error) => errors.push(error));
    receiver.on(
      'scan_completed',
      () => {
        throw new Error('slack is down');
      },
      { name: 'slack' },
    );
    receiver.on('scan_completed', async () => {
      ran.push('siem');
    });
    receiver.on('scan_completed', () => Promise.reject('a string'), { name: 'mail' });
    receiver.on('scan_completed', () => void ran.push('file'));
    const outcome = await receiver.receive(await signedDelivery('scan_completed', { secret }));
    expect(outcome).toMatchObject({ status: 'rejected', code: 'handler_failed', error: errors[0] });
    expect(ran).toEqual(['siem', 'file']);
    const error = handlingErrorOf(outcome);
    expect(errors[0]).toBe(error);
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.errors).toEqual([new Error('slack is down'), 'a string']);
    expect(error.failures.map(({ handler }) => handler)).toEqual(['slack', 'mail']);
    expect(error.event).toMatchObject({ event_type: 'scan_completed', data: { target: 'example.com' } });
    expect(error.message).toContain('slack is down');
    expect(error.id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('runs only the failed handlers on a retry', async () => {
    const receiver = createReceiver({ secret });
    let isDown = true;
    const attempts: number[] = [];
    const slack = vi.fn();
    receiver.on('scan_completed', slack);
    receiver.on('scan_completed', async (_, { attempt }) => {
      attempts.push(attempt);
      if (isDown) throw new Error('down');
    });
    const send = await sender();
    expect(await send(receiver)).toMatchObject({ code: 'handler_failed' });
    expect(await send(receiver)).toMatchObject({ code: 'handler_failed' });
    isDown = false;
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(await send(receiver)).toMatchObject({ status: 'duplicate' });
    expect(attempts).toEqual([1, 2, 3]);
    expect(slack).toHaveBeenCalledOnce();
  });

  it('runs a handler once if a retry arrives while it runs, and both requests fail', async () => {
    const receiver = createReceiver({ secret });
    const rejects: ((error: Error) => void)[] = [];
    receiver.on('scan_completed', () => new Promise((_, reject) => rejects.push(reject)));
    const send = await sender();
    const outcomes = [send(receiver), send(receiver)];
    await vi.waitFor(() => expect(rejects).toHaveLength(1));
    for (const reject of rejects) reject(new Error('down'));
    expect(await Promise.all(outcomes)).toMatchObject([
      { code: 'handler_failed' },
      { code: 'handler_failed' },
    ]);
    expect(rejects).toHaveLength(1);
  });

  it('reports any value that a handler throws', async () => {
    const receiver = createReceiver({ secret });
    const thrown = [undefined, null, 'text', 5, Object.create(null), { message: 'x' }, Symbol('s')];
    for (const value of thrown) {
      receiver.on('scan_completed', () => {
        throw value;
      });
    }
    const outcome = await (await sender())(receiver);
    expect(handlingErrorOf(outcome).errors).toEqual(thrown);
  });
});

describe('a handler that exceeds its timeout', () => {
  it('fails a handler that exceeds its timeout, and aborts its signal', async () => {
    const receiver = createReceiver({ secret, handlerTimeout: 20 });
    const signals: AbortSignal[] = [];
    receiver.on(
      'scan_completed',
      (_, { signal }) => {
        signals.push(signal);
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      },
      { name: 'slow' },
    );
    const outcome = await (await sender())(receiver);
    const [error] = handlingErrorOf(outcome).errors;
    expect(error).toBeInstanceOf(HandlerTimeoutError);
    expect(error).toMatchObject({ handler: 'slow', timeout: 20 });
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).toBe(error);
  });

  it('context.signal is the same each time a handler reads it', async () => {
    const receiver = createReceiver({ secret, handlerTimeout: 20 });
    const signals: AbortSignal[] = [];
    receiver.onAny((_, context) => {
      signals.push(context.signal, context.signal);
      return new Promise(() => {});
    });
    await (await sender())(receiver);
    expect(signals[0]).toBe(signals[1]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('context.signal is aborted if a handler first reads it after the timeout', async () => {
    const receiver = createReceiver({ secret });
    const reportAborted = vi.fn();
    receiver.on(
      'scan_completed',
      async (_, context) => {
        await new Promise((resolve) => setTimeout(resolve, 40));
        reportAborted(context.signal.aborted);
      },
      { timeout: 10 },
    );
    expect(await (await sender())(receiver)).toMatchObject({ code: 'handler_failed' });
    await vi.waitFor(() => expect(reportAborted).toHaveBeenCalledWith(true));
  });

  it('does not run a handler again on a retry if it has succeeded after its timeout', async () => {
    const receiver = createReceiver({ secret });
    const progress = vi.fn();
    receiver.on(
      'scan_completed',
      async () => {
        progress('started');
        await new Promise((resolve) => setTimeout(resolve, 40));
        progress('done');
      },
      { timeout: 10 },
    );
    const send = await sender();
    expect(await send(receiver)).toMatchObject({ code: 'handler_failed' });
    await vi.waitFor(() => expect(progress).toHaveBeenCalledWith('done'));
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(progress).toHaveBeenCalledTimes(2);
  });
});
