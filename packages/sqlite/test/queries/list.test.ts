import type { DeliveryFilter, LogEntry } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/index.ts';
import { at, exportText, listKeys, record } from '../support/log-entries.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

describe('A listing', () => {
  const types = ['scan_completed', 'finding'];
  const endpoints = ['a', 'b'];
  const states = ['processed', 'failed'] as const;
  const scans = ['s1', undefined];
  const targets = ['example.com', "o'hara"];

  async function fill(): Promise<{ store: Store; entries: readonly LogEntry[] }> {
    const store = open(temporaryPath());
    const choose = <Value>(values: readonly Value[], n: number, bit: number): Value | undefined =>
      values[(n >> bit) & 1];
    const given = Array.from({ length: 32 }, (_, n) => ({
      event_type: choose(types, n, 0),
      endpoint: choose(endpoints, n, 1) ?? 'a',
      state: choose(states, n, 2) ?? 'processed',
      scan_id: choose(scans, n, 3),
      target: choose(targets, n, 4),
      receivedAt: at(n),
      body: Buffer.from(`{"word":"${n % 2 === 0 ? 'even' : 'odd'} n${n}"}`),
    }));
    return { store, entries: await record(store, ...given) };
  }

  it('returns the same for every combination of filters as a check of each delivery', async () => {
    const { store, entries } = await fill();
    const filters: readonly (readonly [DeliveryFilter, (entry: LogEntry) => boolean])[] = [
      [{ eventType: 'finding' }, ({ eventType }) => eventType === 'finding'],
      [{ endpoint: 'b' }, ({ endpoint }) => endpoint === 'b'],
      [{ state: 'processed' }, ({ state }) => state === 'processed'],
      [{ state: 'failed' }, ({ state }) => state === 'failed'],
      [{ scanId: 's1' }, ({ scanId: scan_id }) => scan_id === 's1'],
      [{ target: "o'hara" }, ({ target }) => target === "o'hara"],
      [{ since: at(10) }, ({ receivedAt }) => receivedAt >= at(10)],
      [{ until: at(20) }, ({ receivedAt }) => receivedAt < at(20)],
      [{ text: 'even' }, ({ body }) => Buffer.from(body).includes('even')],
    ];
    for (let mask = 0; mask < 2 ** filters.length; mask++) {
      const chosen = filters.filter((_, bit) => mask & (1 << bit));
      const filter: DeliveryFilter = Object.assign({}, ...chosen.map(([part]) => part));
      // Of two states the later one counts, as in any object.
      const parts = chosen.filter(([part]) => part.state === undefined || part.state === filter.state);
      const expected = entries
        .map((entry, index) => ({ entry, number: index + 1 }))
        .filter(({ entry }) => parts.every(([, holds]) => holds(entry)))
        .map(({ number }) => number)
        .reverse();
      expect(await listKeys(store, filter), JSON.stringify(filter)).toEqual(expected);
    }
  });

  it('continues after the previous page, even with new deliveries and equal times', async () => {
    const store = open(temporaryPath());
    await record(store, ...Array.from({ length: 25 }, (_, n) => ({ receivedAt: at(Math.floor(n / 10)) })));
    for (const text of [undefined, 'scan_completed']) {
      const before = await listKeys(store);
      const seen: number[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await store.list({
          limit: 4,
          ...(cursor !== undefined && { cursor }),
          ...(text !== undefined && { text }),
        });
        seen.push(...page.deliveries.map(({ key }) => Number(key)));
        cursor = page.cursor;
        pages++;
        await record(store, { receivedAt: at(100 + pages) });
      } while (cursor !== undefined);
      expect(seen).toEqual(before);
      expect(pages).toBe(Math.floor(before.length / 4) + 1);
    }
  });

  it('returns no cursor after a last page that is full', async () => {
    const store = open(temporaryPath());
    await record(store, {}, {});
    const { cursor } = await store.list({ limit: 2 });
    const rest = await store.list({ limit: 2, ...(cursor !== undefined && { cursor }) });
    expect(rest).toEqual({ deliveries: [], cursor: undefined });
  });

  it.each([
    ['limit', { limit: 0 }],
    ['limit', { limit: 1001 }],
    ['limit', { limit: 1.5 }],
    ['cursor', { cursor: 'x' }],
    ['cursor', { cursor: '1.2.3' }],
    ['scan_id', { scan_id: 's1' }],
    ['constructor', { constructor: 'x' }],
    ['toString', { toString: 'x' }],
    ['text', { text: '\0 ' }],
    ['eventType', { eventType: '' }],
    ['eventType', { eventType: [7] }],
    ['state', { state: ' ' }],
    ['since', { since: '2024-01-01' }],
    ['until', { until: new Date(Number.NaN) }],
  ])('throws an error that names the wrong option %s', async (option, options) => {
    const store = open(temporaryPath());
    const given: object = options;
    await expect(store.list(given)).rejects.toMatchObject({ name: 'ConfigurationError', option });
    if (option === 'limit' || option === 'cursor') return;
    await expect(store.replay(given)).rejects.toMatchObject({ option });
    await expect(store.counts(given)).rejects.toMatchObject({ option });
    await expect(exportText(store, 'csv', given)).rejects.toMatchObject({ option });
  });

  it('by text finds words and their beginnings, and treats operators as text', async () => {
    const store = open(temporaryPath());
    const bodies = [
      'alpha beta',
      'alpha gamma',
      'NEAR OR NOT "quoted" x*y col:on (a) -b',
      'exämple.com/ä',
      '日本語',
    ];
    await record(store, ...bodies.map((body) => ({ body: Buffer.from(body) })));
    const find = (text: string) => listKeys(store, { text });
    expect(await find('alpha')).toEqual([2, 1]);
    expect(await find('alp')).toEqual([2, 1]);
    expect(await find('  gamma \t alpha ')).toEqual([2]);
    expect(await find('lpha')).toEqual([]);
    expect(await find('alpha OR gamma')).toEqual([]);
    expect(await find('alpha NOT beta')).toEqual([]);
    expect(await find('NEAR OR NOT')).toEqual([3]);
    expect(await find('"quoted"')).toEqual([3]);
    expect(await find('col:on')).toEqual([3]);
    expect(await find('exämple.com')).toEqual([4]);
    expect(await find('日本語')).toEqual([5]);
    for (const harmless of [
      '"',
      '""',
      "'",
      '*',
      '^',
      '(',
      ')',
      '{a b}:',
      '-',
      '+',
      'a"b',
      'NEAR(a b, 2)',
      '"" ""',
      '--',
      ';',
      '\\',
    ]) {
      await expect(find(harmless), harmless).resolves.toBeInstanceOf(Array);
    }
    for (const odd of ['a\0b', '\ud800', '\u200b']) await expect(find(odd)).resolves.toBeInstanceOf(Array);
  });

  it('by text finds deliveries that have just arrived, from every writer', async () => {
    const path = temporaryPath();
    const [one, two] = [open(path), open(path)];
    await record(one, { body: Buffer.from('"first"') });
    expect(await listKeys(two, { text: 'first' })).toEqual([1]);
    await record(two, { body: Buffer.from('"second"') });
    expect(await listKeys(one, { text: 'second' })).toEqual([2]);
    await one.enqueue(createStored({ body: Buffer.from('"third"') }));
    expect(await listKeys(two, { text: 'third' })).toEqual([3]);
  });

  it('by text is prepared in the background while the store is idle', async () => {
    const path = temporaryPath();
    const store = open(path);
    await record(store, ...Array.from({ length: 450 }, () => ({})));
    await until(() =>
      expect(query(path, 'SELECT count(*) AS count FROM webhook_search_docsize')).toEqual([{ count: 450 }]),
    );
  });
});

describe('A filter with several values', () => {
  const fill = async () => {
    const store = open(temporaryPath());
    await record(
      store,
      { receivedAt: at(0), eventType: 'a', scanId: 's1', target: 'x' },
      { receivedAt: at(1), eventType: 'b', state: 'failed', endpoint: 'e', target: 'y' },
      { receivedAt: at(2), eventType: 'c', state: 'rejected', scanId: 's2' },
      { receivedAt: at(3), eventType: 'a', state: 'failed' },
    );
    return store;
  };

  it.each<readonly [filter: DeliveryFilter, found: readonly number[]]>([
    [{ eventType: ['a', 'b'] }, [4, 2, 1]],
    [{ eventType: ['c'] }, [3]],
    [{ state: ['failed', 'processed'] }, [4, 2, 1]],
    [{ state: ['failed', 'rejected'], eventType: ['a', 'c'] }, [4, 3]],
    [{ endpoint: ['e', 'none'] }, [2]],
    [{ scanId: ['s1', 's2'] }, [3, 1]],
    [{ target: ['x', 'y'], state: 'failed' }, [2]],
    [{ eventType: ['none'] }, []],
  ])('finds deliveries with any of the values: %j', async (filter, found) => {
    const store = await fill();
    expect(await listKeys(store, filter)).toEqual(found);
    const { scanId: _, target: __, text: ___, ...countable } = filter;
    if (Object.keys(countable).length === Object.keys(filter).length) {
      expect(await store.counts({ ...countable, by: [] })).toEqual([{ count: found.length }]);
    }
  });

  it('works for paging, export and replay', async () => {
    const store = await fill();
    const filter: DeliveryFilter = { eventType: ['a', 'b', 'c'], state: ['failed', 'rejected'] };
    const first = await store.list({ ...filter, limit: 2 });
    expect(first.deliveries.map(({ key }) => Number(key))).toEqual([4, 3]);
    const { cursor } = first;
    const rest = await store.list({ ...filter, limit: 2, ...(cursor !== undefined && { cursor }) });
    expect(rest.deliveries.map(({ key }) => Number(key))).toEqual([2]);
    expect((await exportText(store, 'jsonl', filter)).trim().split('\n')).toHaveLength(3);
    expect(await store.replay(filter)).toBe(3);
  });

  it.each<readonly [name: string, filter: object]>([
    ['eventType', { eventType: [] }],
    ['state', { state: ['failed', ''] }],
    ['endpoint', { endpoint: ['e', 7] }],
  ])('is a ConfigurationError for %s if a value is missing', async (option, filter) => {
    const store = await fill();
    await expect(store.list(filter)).rejects.toMatchObject({ name: 'ConfigurationError', option });
  });
});

describe('get()', () => {
  it('finds a delivery by its id, its key, and its endpoint', async () => {
    const store = open(temporaryPath());
    const [a, b] = await record(store, { endpoint: 'a' }, { endpoint: 'b' });
    const id = a?.id ?? '';
    await record(store, { ...b, id, state: 'failed', endpoint: 'b', error: 'down' });
    expect(await store.get(id, 'a')).toMatchObject({ key: '1', endpoint: 'a', state: 'processed' });
    expect(await store.get(id)).toMatchObject({ key: '3', endpoint: 'b', state: 'failed', error: 'down' });
    expect(await store.get('2')).toMatchObject({ key: '2', id: b?.id, body: Buffer.from(b?.body ?? '') });
    expect(await store.get('9')).toBeUndefined();
    expect(await store.get('x')).toBeUndefined();
    expect(await store.get(id, 'c')).toBeUndefined();
  });
});
