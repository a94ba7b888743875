import type { Count, CountOptions, DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createStoredTypes } from '../../src/filters/event-types.ts';
import { readOverview } from '../../src/overview/overview-data.ts';
import { readTimeRange } from '../../src/overview/time-range.ts';
import { openTestStore } from '../support/serve.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A store whose counts are given. */
function withCounts(counts: (options: CountOptions) => Promise<readonly Count[]>): DeliveryStore {
  return Object.assign(Object.create(openTestStore()), { counts });
}

/** The beginnings of the counts of an overview whose newest bars have these numbers of deliveries. */
async function countsOf(...newestFirst: readonly number[]) {
  const range = readTimeRange(new URLSearchParams('range=month'));
  const bars = newestFirst.map((count, index) => ({ time: range.times.at(-1 - index) ?? 0, count }));
  const asked: CountOptions[] = [];
  const store = withCounts(async (options) => {
    asked.push(options);
    return options.by?.includes('time') ? bars : [];
  });
  const { rankedSince } = await readOverview(store, range);
  const sinceOf = (key: 'time' | 'target' | 'scanId') => asked.find(({ by }) => by?.includes(key))?.since;
  return { range, bars, rankedSince, sinceOf };
}

it('the overview counts top targets and scans only in the newest bars that have 20,000 deliveries', async () => {
  const { range, bars, rankedSince, sinceOf } = await countsOf(5000, 15_000, 900_000, 1);
  expect(rankedSince).toEqual(new Date(bars[1]?.time ?? 0));
  expect(sinceOf('time')).toEqual(range.since);
  expect([sinceOf('target'), sinceOf('scanId')]).toEqual([rankedSince, rankedSince]);
});

it('the overview counts top targets and scans in the entire range if it has fewer deliveries', async () => {
  const { range, rankedSince, sinceOf } = await countsOf(5000, 14_999);
  expect(rankedSince).toBeUndefined();
  expect([sinceOf('target'), sinceOf('scanId')]).toEqual([range.since, range.since]);
});

it('a page gets the earlier event types while those of a large store are counted again', async () => {
  const reads: (() => void)[] = [];
  const types = createStoredTypes(
    withCounts(
      () =>
        new Promise((resolve) => {
          const eventType = `type_${reads.length}`;
          reads.push(() => resolve([{ eventType, count: 1 }]));
        }),
    ),
  );
  const first = types();
  await vi.advanceTimersByTimeAsync(200);
  reads[0]?.();
  expect(await first).toEqual(['type_0']);
  await vi.advanceTimersByTimeAsync(19_999);
  expect([await types(), reads.length]).toEqual([['type_0'], 1]);
  await vi.advanceTimersByTimeAsync(1);
  expect([await types(), reads.length]).toEqual([['type_0'], 2]);
  reads[1]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(await types()).toEqual(['type_1']);
});
