import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { schedulePruning } from '../../src/stores/index.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('schedulePruning() prunes deliveries that are older than maxAge, and prunes again after every milliseconds', async () => {
  const prune = vi.fn(async () => 0);
  const stop = schedulePruning(prune, { maxAge: 1000, states: ['dead'], every: 500 }, () => {});
  const start = Date.now();
  await vi.advanceTimersByTimeAsync(1000);
  stop();
  const at = (time: number) => [{ states: ['dead'], before: new Date(start + time - 1000) }];
  expect(prune.mock.calls).toEqual([at(500), at(1000)]);
});

it('schedulePruning() does not report a run that stopping interrupts, and starts no other run', async () => {
  const onError = vi.fn();
  const prune = vi.fn(async () => {
    stop();
    throw new Error('closed');
  });
  const stop = schedulePruning(prune, { keep: 1, every: 10 }, onError);
  await vi.advanceTimersByTimeAsync(100);
  expect(prune).toHaveBeenCalledOnce();
  expect(onError).not.toHaveBeenCalled();
});

it('schedulePruning() reports a run that fails, and starts the next run', async () => {
  const onError = vi.fn();
  const stop = schedulePruning(() => Promise.reject(new Error('no disk')), { keep: 1, every: 10 }, onError);
  await vi.advanceTimersByTimeAsync(30);
  stop();
  expect(onError).toHaveBeenCalledTimes(3);
});
