import type { ProcessWork, QueuedResult, QueuedWork } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it, vi } from 'vitest';
import { openStore, type StoreOptions } from '../../src/index.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

const quick: StoreOptions = { baseDelay: 1, maxDelay: 5, pollInterval: 20, closeTimeout: 0, maxAttempts: 2 };

const done = ({ succeeded }: QueuedWork): QueuedResult => ({ status: 'processed', succeeded, failures: [] });
const failed: QueuedResult = { status: 'failed', succeeded: [], failures: [], error: 'down' };

/** A process that is closed, as for a deployment, while it works on the file's one delivery. */
async function closeWhileItRuns(path: string): Promise<void> {
  const store = openStore(path, quick);
  const begun = new Promise<void>((resolve) => {
    store.start('default', () => {
      resolve();
      return new Promise(() => {});
    });
  });
  await begun;
  await store.close();
}

async function fileWithOne() {
  const path = temporaryPath();
  const store = openStore(path, quick);
  const delivery = createStored();
  await store.enqueue(delivery);
  await store.close();
  return { path, id: delivery.id };
}

const standing = (path: string) => query(path, 'SELECT state, attempts, failures FROM webhook_logs');

describe('An attempt that closing interrupts', () => {
  it('does not count as a failure', async () => {
    const { path, id } = await fileWithOne();
    for (let n = 0; n < 3; n++) await closeWhileItRuns(path);
    expect(standing(path)).toEqual([{ state: 'queued', attempts: 3, failures: 0 }]);
    const logger = { error: vi.fn() };
    const store = open(path, { ...quick, logger });
    const attempts: number[] = [];
    store.start('default', async ({ attempt }) => {
      attempts.push(attempt);
      return failed;
    });
    await until(async () => expect((await store.get(id))?.state).toBe('dead'));
    expect(attempts).toEqual([4, 5]);
    expect(await store.get(id)).toMatchObject({ attempts: 5, failures: 2, error: 'down' });
    await until(() => expect(logger.error).toHaveBeenCalledOnce());
  });

  it('keeps the number of earlier failures', async () => {
    const { path, id } = await fileWithOne();
    const first = openStore(path, { ...quick, baseDelay: 1000, maxDelay: 1000 });
    first.start('default', async () => ({ ...failed, retryAfter: 0.2 }));
    await until(async () => expect(await first.get(id)).toMatchObject({ state: 'queued', failures: 1 }));
    await first.close();
    await closeWhileItRuns(path);
    const second = open(path, quick);
    second.start('default', async () => failed);
    await until(async () => expect(await second.get(id)).toMatchObject({ state: 'dead', failures: 2 }));
  });
});

describe('A delivery that loses its process', () => {
  /** As a process leaves it that is killed. */
  const lose = (path: string) =>
    query(
      path,
      "UPDATE webhook_logs SET state = 'running', lease_owner = 'lost', due_at = NULL, lease_until = 1",
    );

  it('counts a failure, and becomes a dead letter that is reported', async () => {
    const { path, id } = await fileWithOne();
    for (let n = 0; n < 3; n++) await closeWhileItRuns(path);
    lose(path);
    await closeWhileItRuns(path);
    expect(standing(path)).toEqual([{ state: 'queued', attempts: 4, failures: 1 }]);
    lose(path);
    const logger = { error: vi.fn() };
    const store = open(path, { ...quick, logger });
    const process = vi.fn(async (work: QueuedWork) => done(work));
    store.start('default', process);
    await until(async () => expect(await store.get(id)).toMatchObject({ state: 'dead', failures: 2 }));
    expect(process).not.toHaveBeenCalled();
    await until(() => expect(logger.error).toHaveBeenCalledOnce());
    expect(logger.error).toHaveBeenCalledWith(
      {
        ...{ key: '1', id, endpoint: 'default', eventType: 'scan_completed', attempts: 4 },
        error: expect.stringContaining('process ended'),
      },
      expect.stringContaining('dead letter'),
    );
  });
});

describe('A delivery whose lease belongs to a worker that does not run it', () => {
  /** As where a backup is put back under it that was made while it ran. */
  async function putBackRunning(maxAttempts: number) {
    const { path, id } = await fileWithOne();
    const store = open(path, { ...quick, lease: 200, maxAttempts });
    let owner: unknown;
    const process = vi.fn(async (work: QueuedWork) => {
      [owner] = query(path, 'SELECT lease_owner FROM webhook_logs').map((row) => Object(row).lease_owner);
      return done(work);
    });
    store.start('default', process);
    await until(async () => expect((await store.get(id))?.state).toBe('processed'));
    query(
      path,
      "UPDATE webhook_logs SET state = 'running', processed = 0, attempts = 1, lease_until = 1, lease_owner = ?",
      owner,
    );
    return { process, read: () => store.get(id) };
  }

  it('is taken over when the lease expires', async () => {
    const { process, read } = await putBackRunning(3);
    await until(async () =>
      expect(await read()).toMatchObject({ state: 'processed', attempts: 2, failures: 1 }),
    );
    expect(process).toHaveBeenCalledTimes(2);
  });

  it('becomes a dead letter if that was its last attempt', async () => {
    const { process, read } = await putBackRunning(1);
    await until(async () => expect((await read())?.state).toBe('dead'));
    expect(process).toHaveBeenCalledOnce();
  });

  it('is not taken over while it runs, even if the renewal is late', async () => {
    const { path, id } = await fileWithOne();
    const store = open(path, { ...quick, lease: 30_000 });
    const process = vi.fn(() => new Promise<never>(() => {}));
    store.start('default', process);
    await until(() => expect(process).toHaveBeenCalledOnce());
    query(path, 'UPDATE webhook_logs SET lease_until = 1');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await store.get(id)).toMatchObject({ state: 'running', attempts: 1 });
    expect(process).toHaveBeenCalledOnce();
  });
});

it('the signal of an attempt is aborted when another process has taken its delivery over', async () => {
  const { path, id } = await fileWithOne();
  const store = open(path, { ...quick, lease: 60 });
  const reasons: unknown[] = [];
  const process = vi.fn<ProcessWork>(async (work, { signal } = {}) => {
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    reasons.push(signal?.reason);
    return done(work);
  });
  store.start('default', process);
  await until(() => expect(process).toHaveBeenCalledOnce());
  // Its lease is renewed several times.
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(reasons).toEqual([]);
  query(path, "UPDATE webhook_logs SET lease_owner = 'another', lease_until = lease_until + 3600000");
  await until(() => expect(reasons).toEqual([expect.any(Error)]));
  expect(await store.get(id)).toMatchObject({ state: 'running', attempts: 1 });
});

describe('A replayed delivery', () => {
  it('starts with attempt 1 and no failures', async () => {
    const { path, id } = await fileWithOne();
    const store = open(path, quick);
    const works: QueuedWork[] = [];
    store.start('default', async (work) => {
      works.push(work);
      return works.length <= 3 ? failed : done(work);
    });
    await until(async () => expect((await store.get(id))?.state).toBe('dead'));
    await store.replay('1');
    await until(async () => expect((await store.get(id))?.state).toBe('processed'));
    expect(works.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2]);
    expect(await store.get(id)).toMatchObject({ attempts: 2, failures: 1 });
  });

  it('is not settled by an earlier run with the same attempt and lease', async () => {
    const { path, id } = await fileWithOne();
    const store = open(path, quick);
    const ends: (() => void)[] = [];
    store.start('default', async (work) => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return done(work);
    });
    await until(() => expect(ends).toHaveLength(1));
    // As if its lease expired while it was stopped, another process made it a dead letter, and an operator replayed it.
    query(
      path,
      "UPDATE webhook_logs SET state = 'queued', lease_owner = NULL, attempts = 0, failures = 0, due_at = 0",
    );
    await until(() => expect(ends).toHaveLength(2));
    ends[0]?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await store.get(id)).toMatchObject({ state: 'running', attempts: 1 });
    ends[1]?.();
    await until(async () => expect((await store.get(id))?.state).toBe('processed'));
  });
});
