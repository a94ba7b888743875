import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createCommits } from '../src/database/group-commit.ts';
import { connect } from '../src/database/writable-connection.ts';
import { openStore } from '../src/index.ts';
import { scheduleRetention } from '../src/operations/scheduled-pruning.ts';
import { createSearch } from '../src/search/search-index.ts';
import { query, temporaryPath, until } from './support/temporary-files.ts';
import { createStored } from './support/webhooks.ts';

/** A connection and its commits to a file with some deliveries. */
async function setUp() {
  const path = temporaryPath();
  const store = openStore(path);
  for (let n = 0; n < 3; n++) await store.enqueue(createStored());
  await store.close();
  const connection = connect(path);
  onTestFinished(() => connection.close());
  return { path, connection, commits: createCommits(connection), onError: vi.fn() };
}

it('A pruning that closing cuts short is not told as a failure, and none comes after it', async () => {
  const { connection, commits, onError } = await setUp();
  const read = vi.fn(async () => {
    end();
    connection.close();
    connection.check();
    throw new Error('never reached');
  });
  const end = scheduleRetention(connection, commits, read, { keep: 1, every: 1 }, onError);
  await until(() => expect(read).toHaveBeenCalledOnce());
  await sleep(50);
  expect(read).toHaveBeenCalledOnce();
  expect(onError).not.toHaveBeenCalled();
});

it('A pruning that fails is told, and the next one comes', async () => {
  const { connection, commits, onError } = await setUp();
  const read = () => Promise.reject(new Error('no disk'));
  onTestFinished(scheduleRetention(connection, commits, read, { keep: 1, every: 1 }, onError));
  await until(() => expect(onError.mock.calls.length).toBeGreaterThan(1));
});

it('A search that is closed while it fills a slice begins no other', async () => {
  const { path, connection, commits, onError } = await setUp();
  const begun = vi.fn();
  const write = <Result>(run: () => Result): Promise<Result> => {
    begun();
    search.close();
    return commits.write(run);
  };
  const search = createSearch(connection, { ...commits, write }, onError);
  search.postpone();
  await until(() => expect(begun).toHaveBeenCalledOnce());
  await sleep(100);
  expect(begun).toHaveBeenCalledOnce();
  expect(query(path, 'SELECT count(*) AS count FROM webhook_search_docsize')).toEqual([{ count: 3 }]);
  expect(onError).not.toHaveBeenCalled();
});

it('A handler that ends after its store was closed reports nothing, and the next store runs its delivery', async () => {
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
