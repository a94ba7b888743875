import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Database, openDatabase } from '../src/database/database.ts';
import { openStore } from '../src/index.ts';
import { createSearchIndex } from '../src/search/search-index.ts';
import { query, temporaryPath, until } from './support/temporary-files.ts';
import { createStored } from './support/webhooks.ts';

/** A database with some deliveries, and its errors in the background. */
async function setUp() {
  const path = temporaryPath();
  const store = openStore(path);
  for (let n = 0; n < 3; n++) await store.enqueue(createStored());
  await store.close();
  const onError = vi.fn();
  const db = openDatabase(path, { readOnly: false, mustExist: true }, onError);
  onTestFinished(() => db.close());
  return { path, db, onError };
}

it('indexes no other slice for the search after it was closed during one', async () => {
  const { path, db, onError } = await setUp();
  const begun = vi.fn();
  const write: Database['write'] = (run) => {
    begun();
    search.close();
    return db.write(run);
  };
  const search = createSearchIndex({ ...db, write });
  search.postpone();
  await until(() => expect(begun).toHaveBeenCalledOnce());
  await sleep(100);
  expect(begun).toHaveBeenCalledOnce();
  expect(query(path, 'SELECT count(*) AS count FROM webhook_search_docsize')).toEqual([{ count: 3 }]);
  expect(onError).not.toHaveBeenCalled();
});

it('reports nothing if a handler ends after its store was closed, and the next store runs the delivery', async () => {
  const path = temporaryPath();
  const logger = { warn: vi.fn(), error: vi.fn() };
  const store = openStore(path, { closeTimeout: 20, logger });
  const rejections = vi.fn();
  process.on('unhandledRejection', rejections);
  onTestFinished(() => void process.off('unhandledRejection', rejections));
  const results = [{ status: 'processed' }, { status: 'failed', error: 'late' }] as const;
  const finish: (() => void)[] = [];
  store.start('default', ({ attempt }) => {
    const result = results[finish.length % 2] ?? results[0];
    return new Promise((resolve) => {
      finish.push(() => resolve({ succeeded: [], failures: [], ...result }));
      expect(attempt).toBe(1);
    });
  });
  const deliveries = [createStored(), createStored()];
  for (const delivery of deliveries) await store.enqueue(delivery);
  await until(() => expect(finish).toHaveLength(2));
  await store.close();
  for (const end of finish) end();
  await sleep(50);
  expect(logger.error).not.toHaveBeenCalled();
  expect(rejections).not.toHaveBeenCalled();
  const next = openStore(path);
  onTestFinished(() => next.close());
  expect((await next.list({ state: 'queued' })).deliveries).toHaveLength(2);
  next.start('default', async () => ({ status: 'processed', succeeded: [], failures: [] }));
  await until(async () => expect((await next.list({ state: 'processed' })).deliveries).toHaveLength(2));
});

it('a closed store rejects every call with a StoreError', async () => {
  const path = temporaryPath();
  const store = openStore(path);
  await store.enqueue(createStored());
  await store.close();
  const calls: readonly (() => unknown)[] = [
    () => store.record({ ...createStored(), state: 'received', attempt: 0, succeeded: [] }),
    () => store.enqueue(createStored()),
    () => store.list(),
    () => store.list({ text: 'a' }),
    () => store.get('1'),
    () => store.counts(),
    () => store.rejections(),
    () => store.rejection('1'),
    () => store.replay('1'),
    () => store.replay({}),
    () => store.prune({ keep: 1 }),
    () => store.prune({ before: new Date() }),
    () => store.export('jsonl')[Symbol.asyncIterator]().next(),
    async () => store.start('default', () => Promise.reject(new Error('never called'))),
  ];
  for (const call of calls) {
    await expect(call(), call.toString()).rejects.toMatchObject({
      name: 'StoreError',
      message: expect.stringContaining('store.close()'),
    });
  }
  // The receiver continues to count. The log must not get a line every second.
  const { counts } = await openStore(path).rejections();
  store.recordRejection({
    code: 'invalid_signature',
    endpoint: 'e',
    receivedAt: new Date(),
    ip: undefined,
  });
  expect(counts).toEqual([]);
  await store.close();
});
