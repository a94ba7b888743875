import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Count,
  type CountOptions,
  cursorTime,
  type DeliveryFilter,
} from '@spiderfoot-webhooks/core/stores';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStore, type Store } from '../../src/index.ts';

const rows = 40_000;

/** Types and endpoints by halves, and a few that are rare. The one of two halves that meet is the very oldest. */
describe('In a large file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-sqlite-'));
  const path = join(folder, 'webhooks.db');
  let store: Store;
  let other: Database.Database;

  beforeAll(async () => {
    await openStore(path).close();
    other = new Database(path);
    other.exec(`
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${rows})
      INSERT INTO webhook_logs (timestamp, event_type, payload, processed, delivery_id, endpoint, state, received_at, scan_id)
      SELECT '2024-01-01T00:00:00', iif(n % 8000 = 0, 'rare', iif(n % 2, 'odd', 'even')), '{"note":"common"}', 0, printf('%032x', n),
        iif(n % 2 OR n = 2, 'odd', 'even'), iif(n % 2, 'processed', 'failed'), n / 3, iif(n % 5, 's', NULL)
      FROM numbers;`);
    store = openStore(path);
  });

  afterAll(async () => {
    await store.close();
    other.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** How often the event loop has turned meanwhile. */
  async function turnsDuring<Result>(run: () => Promise<Result>): Promise<{ turns: number; result: Result }> {
    let turns = -1;
    let over = false;
    const count = () => {
      turns++;
      if (!over) setImmediate(count);
    };
    count();
    const result = await run();
    over = true;
    return { turns, result };
  }

  /** The maximum number of index entries that are read at once. */
  const mostAtOnce = 4000;
  const list = (filter: DeliveryFilter) =>
    turnsDuring(async () => (await store.list(filter)).deliveries.map(({ key }) => Number(key)));

  it.each<[string, DeliveryFilter, readonly number[]]>([
    ['type and endpoint', { eventType: 'even', endpoint: 'odd' }, [2]],
    ['type and what is processed', { eventType: 'even', state: 'processed' }, []],
    ['endpoint and what is processed', { endpoint: 'even', state: 'processed' }, []],
    ['scan and endpoint', { scanId: 's', endpoint: 'odd', eventType: 'even' }, [2]],
  ])(
    'a listing by a %s that seldom occur together does not block the event loop',
    async (_, filter, found) => {
      const { turns, result } = await list(filter);
      expect(result).toEqual(found);
      expect(turns).toBeGreaterThanOrEqual(rows / 2 / mostAtOnce);
    },
  );

  it.each<[string, DeliveryFilter]>([
    ['a rare type', { eventType: 'rare', endpoint: 'even' }],
    ['a rare type that is processed', { eventType: 'rare', state: 'failed', endpoint: 'even' }],
    ['a short time', { eventType: 'even', endpoint: 'even', since: new Date(100), until: new Date(200) }],
  ])('a listing by %s and others reads only the deliveries with that value', async (_, filter) => {
    const { turns, result } = await list(filter);
    expect(result.length).toBeGreaterThanOrEqual(5);
    expect(turns).toBeLessThanOrEqual(2);
  });

  it.each<[string, DeliveryFilter]>([
    ['a type and a state', { eventType: 'odd', state: 'failed' }],
    ['types and states', { eventType: ['odd', 'unknown'], state: ['failed', 'dead'] }],
    ['a common word, a type and a state', { text: 'common', eventType: 'odd', state: 'failed' }],
  ])('a listing by %s that never occur together reads no delivery', async (_, filter) => {
    const { turns, result } = await list(filter);
    expect(result).toEqual([]);
    expect(turns).toBeLessThanOrEqual(5);
  });

  it('a listing by a common word and a rare type reads only the bodies of this type', async () => {
    const { turns, result } = await list({ text: 'common', eventType: 'rare' });
    expect(result).toEqual([40_000, 32_000, 24_000, 16_000, 8_000]);
    expect(turns).toBeLessThanOrEqual(2);
  });

  it.each<[string, DeliveryFilter]>([
    ['a type and an endpoint', { eventType: 'even', endpoint: 'odd' }],
    ['a word, a type and an endpoint', { text: 'common', eventType: 'even', endpoint: 'odd' }],
  ])('a listing by %s ends at its timeLimit, and its cursor continues the search', async (_, filter) => {
    const options = { ...filter, timeLimit: 0.001 };
    const first = await store.list(options);
    expect(first.deliveries).toEqual([]);
    expect(cursorTime(first.cursor ?? '').getTime()).toBeGreaterThan(1);
    const keys: string[] = [];
    for (let { cursor } = first; cursor !== undefined; ) {
      const page = await store.list({ ...options, cursor });
      keys.push(...page.deliveries.map(({ key }) => key));
      cursor = page.cursor;
    }
    expect(keys).toEqual(['2']);
  });

  it.each<[string, DeliveryFilter, number]>([
    ['one rare type in a list', { eventType: ['rare'] }, 2],
    ['several rare types', { eventType: ['rare', 'rare', 'unknown'] }, 4],
    ['several rare types and a state', { eventType: ['rare', 'unknown'], state: 'failed' }, 4],
  ])('a listing by %s reads only the deliveries of these types', async (_, filter, mostTurns) => {
    const { turns, result } = await list(filter);
    expect(result).toEqual([40_000, 32_000, 24_000, 16_000, 8_000]);
    expect(turns).toBeLessThanOrEqual(mostTurns);
  });

  it('pages that are read one after another do not block the event loop, and no cell of their rows throws', async () => {
    const parse = vi.spyOn(JSON, 'parse');
    const { turns, result } = await turnsDuring(async () => {
      let pages = 0;
      let cursor: string | undefined;
      do {
        ({ cursor } = await store.list({ limit: 1000, cursor }));
        pages++;
      } while (cursor !== undefined);
      return pages;
    });
    const thrown = parse.mock.results.filter(({ type }) => type === 'throw');
    parse.mockRestore();
    expect(turns).toBeGreaterThanOrEqual(result);
    expect(result).toBeGreaterThan(rows / 1000);
    expect(thrown).toEqual([]);
  });

  it('a listing by several values has the order and the pages of one list', async () => {
    const filter = { endpoint: ['odd', 'even'], limit: 30 } as const;
    const newest = await store.list(filter);
    expect(newest.deliveries.map(({ key }) => Number(key))).toEqual(rowsFrom(rows, -1));
    const { deliveries } = await store.list({ ...filter, cursor: newest.cursor });
    expect(deliveries.map(({ key }) => Number(key))).toEqual(rowsFrom(rows - 30, -1));
    const oldest = await store.list({ ...filter, order: 'oldest' });
    expect(oldest.deliveries.map(({ key }) => Number(key))).toEqual(rowsFrom(1, 1));
  });

  const rowsFrom = (first: number, step: number) =>
    Array.from({ length: 30 }, (_, index) => first + step * index);

  it('a listing by a common word and a rare value does not block the event loop', async () => {
    // The first search builds the index.
    await store.list({ text: 'common', limit: 1 });
    const { turns, result } = await list({ text: 'common', endpoint: 'odd', eventType: 'even' });
    expect(result).toEqual([2]);
    expect(turns).toBeGreaterThanOrEqual(rows / mostAtOnce);
    expect((await list({ text: 'common', state: 'dead' })).result).toEqual([]);
  });

  it('a count by a field that only rows contain reads few rows at once', async () => {
    const { turns, result } = await turnsDuring(() => store.counts({ by: ['scanId'] }));
    expect(result).toEqual([{ scanId: 's', count: (rows / 5) * 4 }]);
    expect(turns).toBeGreaterThanOrEqual(rows / 1000);
  });

  it('the counts of rejections are read in slices of whole hours', async () => {
    other.exec(`
      WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 9999)
      INSERT INTO webhook_rejections (hour, endpoint, code, count)
      SELECT n / 7 * 3600000, 'e', 'code_' || (n % 7), n FROM numbers;`);
    const { turns, result } = await turnsDuring(() => store.rejections());
    expect(turns).toBeGreaterThanOrEqual(10_000 / mostAtOnce);
    expect(result.counts.map(({ count }) => count)).toEqual(
      other.prepare('SELECT count FROM webhook_rejections ORDER BY hour DESC, endpoint, code').pluck().all(),
    );
    expect((await store.rejections({ since: new Date(1420 * 3_600_000) })).counts).toHaveLength(60);
  });

  it('pages contain each delivery once, whatever the slices are', async () => {
    const filter = { eventType: 'even', endpoint: 'even', state: 'failed' } as const;
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list({ ...filter, limit: 1000, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.deliveries.map(({ key }) => Number(key)));
      cursor = page.cursor;
    } while (cursor !== undefined);
    const expected = other
      .prepare(
        "SELECT id FROM webhook_logs WHERE event_type = 'even' AND endpoint = 'even' ORDER BY received_at DESC, id DESC",
      )
      .pluck()
      .all();
    expect(seen).toEqual(expected);
  });

  it('replay() and prune() that find nothing do not block the event loop or other processes', async () => {
    const run = vi.fn(() => other.exec("UPDATE webhook_logs SET source_ip = 'x' WHERE id = 1"));
    const writing = setInterval(run, 0);
    try {
      const replayed = await turnsDuring(() => store.replay({ eventType: 'odd', endpoint: 'even' }));
      const pruned = await turnsDuring(() => store.prune({ keep: 1, states: ['dead'] }));
      for (const { turns, result } of [replayed, pruned]) {
        expect(result).toBe(0);
        expect(turns).toBeGreaterThanOrEqual(rows / 2 / mostAtOnce);
      }
    } finally {
      clearInterval(writing);
    }
    expect(run).toHaveBeenCalled();
    expect(run.mock.results.every(({ type }) => type === 'return')).toBe(true);
  });

  it('prune() with a large keep skips exactly that number in slices', async () => {
    const { turns, result } = await turnsDuring(() =>
      store.prune({ keep: rows - 1, states: ['failed', 'processed'] }),
    );
    expect(result).toBe(1);
    expect(turns).toBeGreaterThanOrEqual(2);
    expect(await store.get('1')).toBeUndefined();
  });

  it.each<CountOptions>([
    {},
    { by: [] },
    { by: ['eventType', 'endpoint'] },
    { by: ['time', 'state'], bucket: 1000 },
    { eventType: 'rare' },
  ])('a count by %j sums its slices and does not block the event loop', async (options) => {
    const { turns, result } = await turnsDuring(() => store.counts(options));
    expect(turns).toBeGreaterThanOrEqual(3);
    const keys = {
      state: 'state',
      eventType: 'event_type',
      endpoint: 'endpoint',
      scanId: 'scan_id',
      target: 'target',
      time: 'received_at / 1000 * 1000',
    };
    const by = options.by ?? ['state'];
    const columns = by.map((key) => `${keys[key]} AS ${key}, `).join('');
    const where = options.eventType === undefined ? '' : "WHERE event_type = 'rare'";
    const group = by.length === 0 ? '' : `GROUP BY ${by.map((_, n) => n + 1)}`;
    const expected = other
      .prepare<[], Count>(`SELECT ${columns} count(*) AS count FROM webhook_logs ${where} ${group}`)
      .all();
    expect(result).toEqual(expected);
  });
});
