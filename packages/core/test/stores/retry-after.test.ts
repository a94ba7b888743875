import { expect, it, vi } from 'vitest';
import { createReceiver, RetryLaterError } from '../../src/index.ts';
import { memoryQueue } from '../../src/stores/index.ts';
import { secret, sender } from '../support/sender.ts';

/** Return how many milliseconds a memory queue waits before it retries a handler that throws this value. */
async function waitAfter(error: unknown): Promise<number> {
  vi.useFakeTimers();
  const start = Date.now();
  const send = await sender();
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
  'a memory queue honors a retryAfter of %d seconds with a wait of %d ms, even if that exceeds maxDelay',
  async (retryAfter, ms) => {
    expect(await waitAfter(new RetryLaterError(retryAfter, 'busy'))).toBe(ms);
    expect(await waitAfter(Object.assign(new Error('busy'), { retryAfter }))).toBe(ms);
  },
);

it.each([Number.NaN, Number.POSITIVE_INFINITY, -60, '60', new Date(4e12), 60n, null, undefined])(
  'a memory queue waits for its backoff if a handler asks for %s',
  async (retryAfter) => {
    const error: unknown = Reflect.construct(RetryLaterError, [retryAfter, 'busy']);
    expect(await waitAfter(error)).toBeLessThanOrEqual(1);
    expect(await waitAfter(Object.assign(new Error('busy'), { retryAfter }))).toBeLessThanOrEqual(1);
  },
);
