import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/index.ts';
import { at, listKeys, record } from '../support/log-entries.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

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
    expect(await listKeys(store)).toEqual([7, 6, 5, 4, 3, 2]);
    expect(await store.prune({ before: at(100) })).toBe(1);
    expect(await store.prune({ before: at(100.001) })).toBe(1);
    expect(await listKeys(store)).toEqual([6, 5, 4, 3]);
  });

  it('by count keeps the newest deliveries', async () => {
    const store = open(temporaryPath());
    await record(store, ...Array.from({ length: 10 }, (_, n) => ({ receivedAt: at(n) })));
    expect(await store.prune({ keep: 20 })).toBe(0);
    expect(await store.prune({ keep: 4 })).toBe(6);
    expect(await listKeys(store)).toEqual([10, 9, 8, 7]);
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
    // No body contains it, so the search index is completed and read.
    expect(await listKeys(store, { text: 'absent' })).toEqual([]);
    expect(query(path, 'SELECT count(*) AS count FROM webhook_search_docsize')).toEqual([{ count: 1300 }]);
    expect(await store.prune({ keep: 10 })).toBe(
      given.slice(0, 1290).filter(({ state }) => state === 'processed').length,
    );
    const left = query(path, 'SELECT id FROM webhook_logs ORDER BY id');
    expect(query(path, "SELECT rowid AS id FROM webhook_search('scan_completed') ORDER BY rowid")).toEqual(
      left,
    );
    expect(await store.prune({ keep: 0, states: ['processed', 'failed'] })).toBe(left.length);
    await record(store, { body: Buffer.from('"fresh"') });
    // The index goes on after the last number, though its row is gone. An idle store updates its index.
    await until(() => expect(query(path, 'SELECT rowid AS id FROM webhook_search')).toEqual([{ id: 1301 }]));
    expect(query(path, 'SELECT count(*) AS count FROM webhook_search_docsize')).toEqual([{ count: 1 }]);
  });

  it('is repeated by retention until the store is closed', async () => {
    const path = temporaryPath();
    const store = openStore(path, { retention: { maxAge: 60_000, every: 10 } });
    await record(store, { receivedAt: new Date(Date.now() - 61_000) }, {});
    await until(async () => expect(await listKeys(store)).toEqual([2]));
    await record(store, { receivedAt: new Date(Date.now() - 61_000) });
    await until(async () => expect(await listKeys(store)).toEqual([2]));
    await store.close();
    const other = open(path, { retention: { keep: 1, states: ['failed'], every: 10 } });
    await record(other, { state: 'failed' }, { state: 'processed' });
    await until(async () => expect(await listKeys(other)).toEqual([5, 2]));
  });
});
