import type { DeliveryFilter, LogEntry } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openStore, type Store } from '../../src/index.ts';
import { python } from '../support/processes.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

/** Create a log entry with the given properties. */
function createEntry(given: Partial<LogEntry> = {}): LogEntry {
  return { ...createStored(given), state: 'processed', attempt: 1, succeeded: ['handler'], ...given };
}

const start = Date.parse('2024-01-01T00:00:00Z');
const at = (seconds: number) => new Date(start + seconds * 1000);

async function record(store: Store, ...entries: readonly Partial<LogEntry>[]): Promise<readonly LogEntry[]> {
  const all = entries.map(createEntry);
  await Promise.all(all.map((entry) => store.record(entry)));
  return all;
}

const numbers = async (store: Store, filter: DeliveryFilter = {}) =>
  (await store.list(filter)).deliveries.map(({ key }) => Number(key));

async function exported(store: Store, format: 'csv' | 'jsonl', filter?: DeliveryFilter): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of store.export(format, filter)) chunks.push(chunk);
  return chunks.join('');
}

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
      expect(await numbers(store, filter), JSON.stringify(filter)).toEqual(expected);
    }
  });

  it('continues after the previous page, even with new deliveries and equal times', async () => {
    const store = open(temporaryPath());
    await record(store, ...Array.from({ length: 25 }, (_, n) => ({ receivedAt: at(Math.floor(n / 10)) })));
    for (const text of [undefined, 'scan_completed']) {
      const before = await numbers(store);
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
    await expect(exported(store, 'csv', given)).rejects.toMatchObject({ option });
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
    const find = (text: string) => numbers(store, { text });
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
    expect(await numbers(two, { text: 'first' })).toEqual([1]);
    await record(two, { body: Buffer.from('"second"') });
    expect(await numbers(one, { text: 'second' })).toEqual([2]);
    await one.enqueue(createStored({ body: Buffer.from('"third"') }));
    expect(await numbers(two, { text: 'third' })).toEqual([3]);
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
    expect(await numbers(store, filter)).toEqual(found);
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
    expect((await exported(store, 'jsonl', filter)).trim().split('\n')).toHaveLength(3);
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

describe('Counts', () => {
  it('are grouped by state, type, endpoint and time, with and without a filter', async () => {
    const store = open(temporaryPath());
    await record(
      store,
      { receivedAt: at(0), endpoint: 'a' },
      { receivedAt: at(3599), endpoint: 'b' },
      { receivedAt: at(3600), endpoint: 'b', eventType: 'finding', state: 'failed' },
    );
    expect(await store.counts()).toEqual([
      { state: 'failed', count: 1 },
      { state: 'processed', count: 2 },
    ]);
    expect(await store.counts({ by: [] })).toEqual([{ count: 3 }]);
    expect(await store.counts({ by: ['eventType'] })).toEqual([
      { eventType: 'finding', count: 1 },
      { eventType: 'scan_completed', count: 2 },
    ]);
    expect(await store.counts({ by: ['endpoint', 'state'] })).toEqual([
      { endpoint: 'a', state: 'processed', count: 1 },
      { endpoint: 'b', state: 'failed', count: 1 },
      { endpoint: 'b', state: 'processed', count: 1 },
    ]);
    expect(await store.counts({ by: ['time'] })).toEqual([
      { time: start, count: 2 },
      { time: start + 3_600_000, count: 1 },
    ]);
    expect(await store.counts({ by: ['time', 'eventType'], bucket: 60_000, endpoint: 'b' })).toEqual([
      { time: start + 3_540_000, eventType: 'scan_completed', count: 1 },
      { time: start + 3_600_000, eventType: 'finding', count: 1 },
    ]);
    expect(
      await store.counts({ since: at(1), until: at(3600), eventType: 'scan_completed', state: 'processed' }),
    ).toEqual([{ state: 'processed', count: 1 }]);
  });

  it.each([
    ['by', { by: ['colour'] }],
    ['by', { by: ['constructor'] }],
    ['text', { text: 'word' }],
    ['bucket', { by: ['time'], bucket: 0 }],
    ['bucket', { by: ['time'], bucket: Number.NaN }],
  ])('throw an error that names the wrong option %s', async (option, options) => {
    const given: object = options;
    await expect(open(temporaryPath()).counts(given)).rejects.toMatchObject({ option });
  });
});

describe('A replay', () => {
  it("selects one delivery or a filter's deliveries, but no queued or running ones", async () => {
    const path = temporaryPath();
    const store = open(path);
    await record(
      store,
      { state: 'processed' },
      { state: 'failed', error: 'down', succeeded: ['a'], failures: [{ handler: 'b', error: 'down' }] },
      { state: 'rejected', code: 'invalid_event', issues: [{ path: 'data', message: 'wrong' }] },
      { state: 'ignored' },
      { state: 'failed', target: 't' },
    );
    expect(await store.replay('1')).toBe(1);
    expect(await store.replay('1')).toBe(0);
    expect(await store.replay('99')).toBe(0);
    expect(await store.replay({ state: 'failed', target: 't' })).toBe(1);
    expect(await store.replay({ state: 'rejected' })).toBe(1);
    expect(await store.replay({})).toBe(2);
    expect(await store.replay({})).toBe(0);
    query(path, "UPDATE webhook_logs SET state = 'running' WHERE id = 1");
    expect(await store.replay({})).toBe(0);
    expect(await store.replay('1')).toBe(0);
    query(path, "UPDATE webhook_logs SET state = 'queued' WHERE id = 1");
    const columns =
      'state, processed, attempts, due_at, lease_owner, lease_until, error_message, code, issues, handlers';
    const queued = {
      state: 'queued',
      processed: 0,
      attempts: 0,
      due_at: 0,
      lease_owner: null,
      lease_until: null,
    };
    const nothing = { error_message: null, code: null, issues: null, handlers: null };
    expect(query(path, `SELECT ${columns} FROM webhook_logs ORDER BY id`)).toEqual([
      { ...queued, ...nothing },
      { ...queued, ...nothing, handlers: expect.stringContaining('"name":"a","succeeded":true') },
      { ...queued, ...nothing },
      { ...queued, ...nothing },
      { ...queued, ...nothing, handlers: expect.any(String) },
    ]);
  });

  it('leaves out received deliveries for the duration of a lease, unless their key is passed', async () => {
    const path = temporaryPath();
    const [store, other] = [open(path, { lease: 60_000 }), open(path)];
    // One that came just now, one that is tried again long after it came.
    const [, again] = await record(store, { state: 'received' }, { state: 'failed', receivedAt: at(0) });
    if (again !== undefined) await record(store, { ...again, state: 'received' });
    for (const any of [store, other]) {
      expect(await any.replay({})).toBe(0);
      expect(await any.replay({ state: 'received' })).toBe(0);
    }
    expect(await other.replay('1')).toBe(1);
    const { now } = Date;
    const spy = vi.spyOn(Date, 'now').mockImplementation(() => now.call(Date) + 61_000);
    onTestFinished(() => spy.mockRestore());
    expect(await other.replay({})).toBe(1);
  });

  it('selects received deliveries that were never settled, after one lease', async () => {
    const store = open(temporaryPath(), { lease: 1 });
    await record(store, { state: 'received' });
    await until(async () => expect(await store.replay({ state: 'received' })).toBe(1));
  });

  it("selects no row of the guide's logger, because it has no endpoint", async () => {
    const path = temporaryPath();
    const store = open(path);
    python(
      "import sys\nfrom webhook_logger import WebhookLogger\nWebhookLogger(sys.argv[1]).log_webhook('a', None, {})",
      path,
    );
    expect(await numbers(store)).toEqual([1]);
    expect(await store.replay({})).toBe(0);
    expect(await store.replay('1')).toBe(0);
  });

  it('replays each of many deliveries once, even while workers run them', async () => {
    const store = open(temporaryPath(), { pollInterval: 5, concurrency: 64 });
    await record(store, ...Array.from({ length: 1201 }, (_, n) => ({ receivedAt: at(n % 7) })));
    const runs = new Map<string, number>();
    store.start('default', async ({ id, succeeded }) => {
      runs.set(id, (runs.get(id) ?? 0) + 1);
      return { status: 'processed', succeeded, failures: [] };
    });
    expect(await store.replay({ eventType: 'scan_completed' })).toBe(1201);
    await until(async () => expect(await store.counts()).toEqual([{ state: 'processed', count: 1201 }]));
    expect([...runs.values()].every((count) => count === 1)).toBe(true);
    expect(runs.size).toBe(1201);
  });
});

describe('Pruning', () => {
  const states = ['processed', 'ignored', 'rejected', 'failed', 'received'] as const;

  async function fill(store: Store) {
    for (const [n, state] of states.entries()) await record(store, { state, receivedAt: at(n) });
    await store.enqueue(createStored({ receivedAt: at(5) }));
    await record(store, { receivedAt: at(100) });
  }

  it('by age deletes only settled deliveries that are older', async () => {
    const store = open(temporaryPath());
    await fill(store);
    expect(await store.prune({ before: at(1) })).toBe(1);
    expect(await numbers(store)).toEqual([7, 6, 5, 4, 3, 2]);
    expect(await store.prune({ before: at(100) })).toBe(1);
    expect(await store.prune({ before: at(100.001) })).toBe(1);
    expect(await numbers(store)).toEqual([6, 5, 4, 3]);
  });

  it('by count keeps the newest deliveries', async () => {
    const store = open(temporaryPath());
    await record(store, ...Array.from({ length: 10 }, (_, n) => ({ receivedAt: at(n) })));
    expect(await store.prune({ keep: 20 })).toBe(0);
    expect(await store.prune({ keep: 4 })).toBe(6);
    expect(await numbers(store)).toEqual([10, 9, 8, 7]);
    expect(await store.prune({ keep: 1, before: at(8) })).toBe(2);
    expect(await store.prune({ keep: 0 })).toBe(2);
  });

  it('deletes failed deliveries on request, but never queued, running or received ones', async () => {
    const store = open(temporaryPath());
    await fill(store);
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    await store.enqueue(createStored({ endpoint: 'running' }));
    const workers = store.start('running', async ({ succeeded }) => {
      await gate;
      return { status: 'processed', succeeded, failures: [] };
    });
    await until(async () => expect((await store.get('8'))?.state).toBe('running'));
    const all = ['processed', 'ignored', 'rejected', 'failed', 'dead'] as const;
    expect(await store.prune({ keep: 0, states: ['failed'] })).toBe(1);
    expect(await store.prune({ keep: 0, states: all })).toBe(4);
    expect((await store.list()).deliveries.map(({ state }) => state)).toEqual([
      'running',
      'queued',
      'received',
    ]);
    release();
    await workers.close();
    for (const state of ['queued', 'running', 'received', 'all']) {
      const given: object = { keep: 0, states: [state] };
      await expect(store.prune({ keep: 0, ...given })).rejects.toMatchObject({ option: 'states' });
    }
    await expect(store.prune({})).rejects.toMatchObject({ option: 'before' });
    await expect(store.prune({ keep: -1 })).rejects.toMatchObject({ option: 'keep' });
    await expect(store.prune({ keep: 0.5 })).rejects.toMatchObject({ option: 'keep' });
    const misspelt: object = { befor: at(1) };
    await expect(store.prune({ keep: 0, ...misspelt })).rejects.toMatchObject({ option: 'befor' });
  });

  it('of many deliveries also removes them from the search', async () => {
    const path = temporaryPath();
    const store = open(path);
    const given = Array.from(
      { length: 1300 },
      (_, n) => ({ receivedAt: at(n), state: n % 3 ? 'processed' : 'failed' }) as const,
    );
    await record(store, ...given);
    expect((await store.list({ text: 'scan_completed', limit: 1000 })).deliveries).toHaveLength(1000);
    expect(await store.prune({ keep: 10 })).toBe(
      given.slice(0, 1290).filter(({ state }) => state === 'processed').length,
    );
    const left = query(path, 'SELECT id FROM webhook_logs ORDER BY id');
    expect(query(path, "SELECT rowid AS id FROM webhook_search('scan_completed') ORDER BY rowid")).toEqual(
      left,
    );
    // The search goes on after the last number, though its row is gone.
    expect(await store.prune({ keep: 0, states: ['processed', 'failed'] })).toBe(left.length);
    await record(store, { body: Buffer.from('"fresh"') });
    expect(await numbers(store, { text: 'fresh' })).toEqual([1301]);
    expect(query(path, 'SELECT count(*) AS count FROM webhook_search_docsize')).toEqual([{ count: 1 }]);
  });

  it('is repeated by retention until the store is closed', async () => {
    const path = temporaryPath();
    const store = openStore(path, { retention: { maxAge: 60_000, every: 10 } });
    await record(store, { receivedAt: new Date(Date.now() - 61_000) }, {});
    await until(async () => expect(await numbers(store)).toEqual([2]));
    await record(store, { receivedAt: new Date(Date.now() - 61_000) });
    await until(async () => expect(await numbers(store)).toEqual([2]));
    await store.close();
    const other = open(path, { retention: { keep: 1, states: ['failed'], every: 10 } });
    await record(other, { state: 'failed' }, { state: 'processed' });
    await until(async () => expect(await numbers(other)).toEqual([5, 2]));
  });
});

describe('An export', () => {
  const nasty = [
    'plain',
    'comma, "quote"',
    'line\r\nend',
    '=HYPERLINK("http://evil")',
    '+1+1',
    '-2',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1',
    '',
    '{"é":"日本"}',
  ];

  it('as JSONL has one line for each delivery, with its body', async () => {
    const store = open(temporaryPath());
    await record(
      store,
      ...nasty.map((body, n) => ({
        body: Buffer.from(body),
        receivedAt: at(n),
        target: body || 'none',
        ip: undefined,
      })),
    );
    await record(store, {
      ...{ state: 'failed', error: 'a\nb', failures: [{ handler: 'h', error: 'down' }], receivedAt: at(50) },
    });
    const lines = (await exported(store, 'jsonl')).split('\n');
    expect(lines.pop()).toBe('');
    const parsed = lines.map((line) => JSON.parse(line)).reverse();
    expect(parsed.slice(0, -1).map(({ body }) => body)).toEqual(nasty);
    expect(parsed[0]).toEqual({
      ...{ key: '1', id: expect.any(String), endpoint: 'default', receivedAt: '2024-01-01T00:00:00.000Z' },
      ...{ eventType: 'scan_completed', dialect: 'guide', target: 'plain', state: 'processed' },
      ...{ attempts: 1, failures: 0 },
      ...{ handlers: [{ name: 'handler', succeeded: true, attempts: 1 }], issues: [], body: 'plain' },
    });
    expect(parsed.at(-1)).toMatchObject({ error: 'a\nb', handlers: [{}, { name: 'h', error: 'down' }] });
  });

  it('as CSV is read by Python, and no cell is a formula', async () => {
    const store = open(temporaryPath());
    await record(
      store,
      ...nasty.map((body, n) => ({ body: Buffer.from(body), receivedAt: at(n), target: body || 'none' })),
    );
    const csv = await exported(store, 'csv');
    const read = python(
      `
import csv, io, json, sys
print(json.dumps(list(csv.DictReader(io.StringIO(sys.argv[1], newline='')))))
`,
      csv,
    );
    const rows: readonly Record<string, string>[] = JSON.parse(read).reverse();
    expect(rows).toHaveLength(nasty.length);
    for (const [n, row] of rows.entries()) {
      const body = nasty[n] ?? '';
      const formula = n >= 3 && n <= 10;
      expect(row).toMatchObject({
        ...{
          key: String(n + 1),
          eventType: 'scan_completed',
          state: 'processed',
          attempts: '1',
          error: '',
          code: '',
        },
        body: formula ? `'${body}` : body,
        target: body === '' ? 'none' : formula ? `'${body}` : body,
      });
    }
    expect(csv.startsWith('key,id,endpoint,receivedAt,ip,eventType,')).toBe(true);
  });

  it.each([
    ['example.com;=1+1', '"example.com;=1+1"'],
    ['example.com\t=1+1', '"example.com\t=1+1"'],
    ['example.com|=1+1', '"example.com|=1+1"'],
    ['example.com,=1+1', '"example.com,=1+1"'],
    ["it's", '"it\'s"'],
    [' example.com', '" example.com"'],
    ['example.com ', '"example.com "'],
    ['example.com\u00a0', '"example.com\u00a0"'],
    ['=1+1', '"\'=1+1"'],
    ['+1', '"\'+1"'],
    ['-1', '"\'-1"'],
    ['@SUM(1)', '"\'@SUM(1)"'],
    ['\t1', '"\'\t1"'],
    ['\r1', '"\'\r1"'],
    ['\n1', '"\'\n1"'],
    ['  =1+1', '"\'  =1+1"'],
    ['\u00a0=1+1', '"\'\u00a0=1+1"'],
    ['\ufeff=1+1', '"\'\ufeff=1+1"'],
    ['\u200b=1+1', '"\'\u200b=1+1"'],
    ['\uff1d1+1', '"\'\uff1d1+1"'],
    ['\uff0b1', '"\'\uff0b1"'],
    ['\uff0d1', '"\'\uff0d1"'],
    ['\uff20SUM(1)', '"\'\uff20SUM(1)"'],
    ['="a"', '"\'=""a"""'],
    ['example.com', 'example.com'],
    ['198.51.100.7:443', '198.51.100.7:443'],
  ])(
    'writes the target %j into CSV as %j, so that no spreadsheet splits or runs it',
    async (target, cell) => {
      const store = open(temporaryPath());
      await record(store, { target });
      expect(await exported(store, 'csv')).toContain(`,${cell},processed,`);
    },
  );

  it('in an unknown format throws an error that names the format', async () => {
    const given: object = { format: 'xml' };
    const { format }: { format: 'csv' } = { format: 'csv', ...given };
    await expect(exported(open(temporaryPath()), format)).rejects.toMatchObject({ option: 'format' });
  });

  it('of no delivery has only the header, or nothing', async () => {
    const store = open(temporaryPath());
    expect((await exported(store, 'csv')).split('\r\n')).toHaveLength(2);
    expect(await exported(store, 'jsonl')).toBe('');
  });

  it('is streamed in pages and does not block writers', async () => {
    const path = temporaryPath();
    const store = open(path);
    await record(
      store,
      ...Array.from(
        { length: 250 },
        (_, n) => ({ receivedAt: at(n), state: n % 5 ? 'processed' : 'failed' }) as const,
      ),
    );
    const sizes: number[] = [];
    for await (const chunk of store.export('jsonl')) {
      sizes.push(chunk.trimEnd().split('\n').length);
      // No cursor is held open, so the WAL can be checkpointed and deliveries can be stored.
      await record(store, {});
      expect(query(path, 'PRAGMA wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
    }
    expect(sizes).toEqual([100, 100, 50]);
    expect((await exported(store, 'jsonl', { state: 'failed' })).trimEnd().split('\n')).toHaveLength(50);
    const text = await exported(store, 'jsonl', { text: 'scan_completed', state: 'failed' });
    expect(text.trimEnd().split('\n')).toHaveLength(50);
  });
});
