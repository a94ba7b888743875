import type { DeliveryRecord, DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it } from 'vitest';
import { failuresOf } from '../src/dead-letters/failures.ts';
import { readFilters } from '../src/filters/filters.ts';
import { listFiltered } from '../src/filters/list-filtered.ts';
import { createRecentReplays } from '../src/replay/recent-replays.ts';
import { recordEntry } from './support/record-entry.ts';
import { openTestStore, recordEvents, serveInspector } from './support/serve.ts';

/** The keys in a page, in its order. */
const keysIn = (page: string) => [...page.matchAll(/<tr data-key="([^"]+)"/g)].map(([, key]) => key);

/** A dead letter whose key is its place in the list: "1" is the newest. */
function deadLetter(place: number, error: string): DeliveryRecord {
  return {
    ...{ key: String(place), id: undefined, endpoint: 'default', receivedAt: new Date(1e12 - place) },
    ...{ ip: undefined, eventType: 'scan_completed', dialect: 'guide', scanId: undefined, target: undefined },
    ...{
      state: 'dead',
      attempts: 1,
      failures: 1,
      nextAttempt: undefined,
      error,
      code: undefined,
      issues: [],
    },
    handlers: [{ name: 'siem', succeeded: false, attempts: 1, error }],
  };
}

/** A store with dead letters. Only those at the given places have the error "rare". */
function storeOf(count: number, rare: readonly number[]) {
  const all = Array.from({ length: count }, (_, index) =>
    deadLetter(index + 1, rare.includes(index + 1) ? 'rare' : 'frequent'),
  );
  let read = 0;
  const store: DeliveryStore = Object.assign(Object.create(openTestStore()), {
    async list({ limit = 50, cursor }: { limit?: number; cursor?: string }) {
      const start = cursor === undefined ? 0 : Number(cursor.split('.')[1]);
      const deliveries = all.slice(start, start + limit);
      read += deliveries.length;
      const last = deliveries.length === limit ? deliveries.at(-1) : undefined;
      return { deliveries, cursor: last && `${last.receivedAt.getTime()}.${last.key}` };
    },
  });
  const site = { store, storedTypes: async () => [], replays: createRecentReplays() };
  const [{ id = '' } = {}] = failuresOf(deadLetter(0, 'rare'));
  const filters = readFilters(new URLSearchParams({ failure: id }));
  return {
    read: () => read,
    list: (page: { limit: number; cursor?: string | undefined }) => listFiltered(site, filters, page),
  };
}

describe('the filter of a group', () => {
  it('the filter of a group reads at most 10,000 deliveries for a page, and the next page continues', async () => {
    const { list, read } = storeOf(25_000, [3, 9999, 10_001, 24_999]);
    const keys: string[][] = [];
    const reads: number[] = [];
    let cursor: string | undefined;
    do {
      const before = read();
      const page = await list({ limit: 50, cursor });
      reads.push(read() - before);
      keys.push(page.deliveries.map(({ key }) => key));
      ({ cursor } = page);
    } while (cursor !== undefined);
    expect(keys).toEqual([['3', '9999'], ['10001'], ['24999']]);
    expect(reads).toEqual([10_000, 10_000, 5000]);
  });

  it('the page after a full page of a group begins after its last delivery', async () => {
    const { list } = storeOf(2000, [1, 2, 3]);
    const first = await list({ limit: 2 });
    expect(first.deliveries.map(({ key }) => key)).toEqual(['1', '2']);
    const second = await list({ limit: 2, cursor: first.cursor });
    expect(second.deliveries.map(({ key }) => key)).toEqual(['3']);
  });

  it('the filter of a group remains when another filter is applied without JavaScript', async () => {
    const { get } = await serveInspector(openTestStore());
    const page = await (
      await get('/deliveries?state=dead&failure=0123456789abcdef&replay=fedcba9876543210')
    ).text();
    expect(page).toContain('<input type="hidden" name="failure" value="0123456789abcdef"/>');
    expect(page).toContain('<input type="hidden" name="replay" value="fedcba9876543210"/>');
  });
});

describe('the filter of a replay', () => {
  it('the filter of a replay has pages in both orders, and combines with other filters', async () => {
    const store = openTestStore();
    await recordEvents(store, ...Array.from({ length: 60 }, () => 'scan_completed'));
    await recordEntry(store, { eventType: 'scan_failed', receivedAt: new Date(0) });
    const { get, post } = await serveInspector(store);
    const all = (await store.list({ limit: 100 })).deliveries.map(({ key }) => key);
    // Without the delivery at place 1.
    const replayed = all.filter((_, index) => index !== 1);
    const response = await post('/replay', { key: replayed });
    const id = new URL(response.headers.get('location') ?? '', 'http://localhost').searchParams.get(
      'replayId',
    );
    const list = async (query = '') => (await get(`/deliveries?replay=${id}${query}`)).text();
    const first = await list();
    expect(keysIn(first)).toEqual(replayed.slice(0, 50));
    expect(first).toContain('replay: 60 deliveries');
    const [, cursor = ''] = /cursor=([^"&]+)/.exec(first) ?? [];
    expect(keysIn(await list(`&cursor=${cursor}`))).toEqual(replayed.slice(50));
    expect(keysIn(await list('&order=oldest'))).toEqual(replayed.toReversed().slice(0, 50));
    expect(keysIn(await list('&type=scan_failed'))).toEqual(replayed.slice(-1));
    expect((await get(`/deliveries?replay=${id}&text=scan`)).status).toBe(400);
    const exported = await (await get(`/export?replay=${id}`)).text();
    expect(
      exported
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).key),
    ).toEqual(replayed);
  });

  it('the filter of a replay does not contain a delivery that was already queued', async () => {
    const store = openTestStore();
    await recordEvents(store, 'scan_completed', 'scan_failed');
    await store.replay('1');
    const { get, post } = await serveInspector(store);
    const notice = await (
      await get(`/${(await post('/replay', { key: ['1', '2'] })).headers.get('location')}`)
    ).text();
    const [, link = ''] = /href="(deliveries\?replay=\w+)">Show it</.exec(notice) ?? [];
    expect(keysIn(await (await get(`/${link}`)).text())).toEqual(['2']);
  });

  it('the filter of a replay says that the replay is not known after 20 later ones', async () => {
    const replays = createRecentReplays();
    const ids = Array.from({ length: 21 }, (_, index) => replays.add([String(index)]));
    expect([replays.keysOf(ids[0] ?? ''), replays.keysOf(ids[1] ?? '')]).toEqual([undefined, ['1']]);
    const { get } = await serveInspector(openTestStore());
    expect(await (await get('/deliveries?replay=0123456789abcdef')).text()).toContain(
      'The inspector does not know this replay.',
    );
  });
});

describe('a search that ends at its time limit', () => {
  /** A store whose pages contain no delivery until the third. */
  function slowStore(): { readonly store: DeliveryStore; readonly limits: readonly unknown[] } {
    const limits: unknown[] = [];
    const store = Object.assign(Object.create(openTestStore()), {
      async list({ cursor, timeLimit }: { cursor?: string; timeLimit?: number } = {}) {
        limits.push(timeLimit);
        if (cursor === undefined) return { deliveries: [], cursor: '1700000000000.7' };
        if (cursor === '1700000000000.7') return { deliveries: [], cursor: '1600000000000.3' };
        return { deliveries: [deadLetter(1, 'rare')], cursor: undefined };
      },
    });
    return { store, limits };
  }

  it('a search that ends early shows its last time and a link that continues, and never that no delivery matches', async () => {
    const { store, limits } = slowStore();
    const { get } = await serveInspector(store);
    const first = await (await get('/deliveries?state=dead')).text();
    expect(first).toContain('datetime="2023-11-14T22:13:20.000Z"');
    expect(first).toMatch(/data-empty="" hidden/);
    const [, href = ''] = /data-searched="">.*?<a href="([^"]+)"/.exec(first) ?? [];
    expect(href).toBe('?state=dead&amp;cursor=1700000000000.7');
    const second = await (await get('/deliveries?state=dead&cursor=1700000000000.7')).text();
    expect(second).toContain('datetime="2020-09-13T12:26:40.000Z"');
    const third = await (await get('/deliveries?state=dead&cursor=1600000000000.3')).text();
    expect([keysIn(third), third.includes('data-searched')]).toEqual([['1'], false]);
    expect(limits).toEqual([1000, 1000, 1000]);
  });
});
