import { setImmediate } from 'node:timers/promises';
import type { DeliveryStore, ListOptions } from '@spiderfoot-webhooks/core/stores';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createEventSeverities } from '../../src/deliveries/event-severities.ts';
import { createStoredTypes } from '../../src/filters/event-types.ts';
import { readFilters } from '../../src/filters/filters.ts';
import { createLiveFeed, type LiveSubject } from '../../src/live/live-feed.tsx';
import { readSettings } from '../../src/options.ts';
import { createDiagnoser } from '../../src/rejected/diagnoser.ts';
import { createRecentReplays } from '../../src/replay/recent-replays.ts';
import { openTestStore, recordEvents } from '../support/serve.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function feedOf(store: DeliveryStore) {
  const settings = readSettings({});
  const [storedTypes, severities] = [createStoredTypes(store), createEventSeverities(store)];
  const diagnoser = createDiagnoser(settings);
  return createLiveFeed({
    store,
    settings,
    storedTypes,
    severities,
    diagnoser,
    replays: createRecentReplays(),
  });
}

function listBy(type: string): LiveSubject {
  const filters = readFilters(new URLSearchParams({ type }));
  return { list: { filters, order: 'newest', after: undefined, before: undefined } };
}

/** Create a feed whose list of `scan_failed` waits until it is released. */
function feedWithSlowList(store: DeliveryStore) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function list(options?: ListOptions) {
    if (options?.eventType?.includes('scan_failed')) await released;
    return store.list(options);
  }
  return { feed: feedOf({ ...store, list }), release };
}

it('a poll of a minute is followed by another one after ten seconds', async () => {
  let polls = 0;
  async function health() {
    polls += 1;
    vi.advanceTimersByTime(60_000);
    return { ready: true, waiting: 0, running: 0, delayed: 0, dead: 0, oldest: undefined };
  }
  const unfollow = feedOf({ ...openTestStore(), health }).follow({}, () => {});
  await vi.advanceTimersByTimeAsync(100);
  expect(polls).toBe(1);
  await vi.advanceTimersByTimeAsync(9999);
  expect(polls).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(polls).toBe(2);
  unfollow();
});

/** Let time pass, and then let the store answer. It turns the event loop after each page of deliveries. */
async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
  for (let turns = 0; turns < 20; turns++) await setImmediate();
}

it('the rows of a list are sent while a slower list is still being read', async () => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed', 'scan_failed');
  const { feed, release } = feedWithSlowList(store);
  const sent: string[] = [];
  const unfollow = ['scan_completed', 'scan_failed'].map((type) =>
    feed.follow(listBy(type), ({ rows }) => sent.push(`${type} ${rows.length}`)),
  );
  await pass(100);
  expect(sent).toEqual(['scan_completed 1']);
  release();
  await pass(0);
  expect(sent).toEqual(['scan_completed 1', 'scan_failed 1']);
  for (const end of unfollow) end();
});

it('a page that is opened during a poll waits only for the end of the poll', async () => {
  const store = openTestStore();
  const { feed, release } = feedWithSlowList(store);
  const sent: string[] = [];
  const follow = (type: string, name: string) => feed.follow(listBy(type), () => sent.push(name));
  const unfollow = [follow('scan_completed', 'first'), follow('scan_failed', 'slow')];
  await pass(100);
  unfollow.push(follow('scan_completed', 'second'));
  release();
  await pass(0);
  await pass(100);
  expect(sent).toContain('second');
  for (const end of unfollow) end();
});
