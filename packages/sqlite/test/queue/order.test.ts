import type { QueuedResult, QueuedWork } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { StoreOptions } from '../../src/index.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

/** One delivery at a time. No poll finds a delivery that the worker did not claim in its turn. */
const strict: StoreOptions = { concurrency: 1, baseDelay: 1, maxDelay: 5, pollInterval: 60_000 };

const done = ({ succeeded }: QueuedWork): QueuedResult => ({ status: 'processed', succeeded, failures: [] });
const failed: QueuedResult = { status: 'failed', succeeded: [], failures: [], error: 'down' };

/** The number of other deliveries after which a test fails. */
const maxRuns = 600;

describe('A queue with a permanent backlog', () => {
  /** Count the other deliveries that run before a delivery. Each one that is processed enqueues another one. */
  async function runsUntilHandled(prepare: (path: string, id: string) => void, failFirst: number) {
    const path = temporaryPath();
    const store = open(path, strict);
    const watched = createStored();
    await store.enqueue(watched);
    prepare(path, watched.id);
    for (let n = 0; n < 20; n++) await store.enqueue(createStored());
    let runs = 0;
    let handled: number | undefined;
    const workers = store.start('default', async (work) => {
      if (work.id === watched.id) {
        if (work.attempt <= failFirst) return failed;
        handled = runs;
      } else if (++runs < maxRuns && handled === undefined) await store.enqueue(createStored());
      return done(work);
    });
    await until(() => expect(handled !== undefined || runs >= maxRuns).toBe(true));
    await workers.close();
    return handled ?? maxRuns;
  }

  it('attempts a retry during a permanent backlog', async () => {
    expect(await runsUntilHandled(() => {}, 1)).toBeLessThan(maxRuns);
  });

  it('attempts the delivery of a lost process during a permanent backlog', async () => {
    const loseProcess = (path: string, id: string) =>
      void query(
        path,
        "UPDATE webhook_logs SET state = 'running', attempts = 1, lease_owner = 'lost', due_at = NULL, lease_until = ? WHERE delivery_id = ?",
        Date.now() - 1,
        id,
      );
    expect(await runsUntilHandled(loseProcess, 0)).toBeLessThan(maxRuns);
  });
});

describe('A queue without a backlog', () => {
  it('attempts a retry next if it became due while another delivery ran', async () => {
    const path = temporaryPath();
    const store = open(path, { ...strict, maxDelay: 1000 });
    const watched = createStored();
    let tries = 0;
    store.start('default', async (work) => {
      if (work.id === watched.id) return ++tries === 1 ? { ...failed, retryAfter: 0.05 } : done(work);
      // The retry becomes due while this handler runs. If it has already been attempted, it has no due time.
      const [due] = query(path, 'SELECT due_at AS at FROM webhook_logs WHERE delivery_id = ?', watched.id);
      await until(() => expect(Date.now()).toBeGreaterThan(Number(Object(due).at)));
      return done(work);
    });
    await store.enqueue(watched);
    await until(async () =>
      expect(await store.get(watched.id)).toMatchObject({ state: 'queued', attempts: 1 }),
    );
    for (let n = 0; n < 8 && tries < 2; n++) {
      const next = createStored();
      await store.enqueue(next);
      await until(async () => expect((await store.get(next.id))?.state).toBe('processed'));
    }
    expect(tries).toBe(2);
  });
});

describe('A clock that is set back', () => {
  it.each([60_000, 30 * 60_000, 86_400_000])(
    'by %i ms before a process starts does not delay earlier deliveries',
    async (shift) => {
      const path = temporaryPath();
      const { now } = Date;
      const spy = vi.spyOn(Date, 'now').mockImplementation(() => now.call(Date) + shift);
      onTestFinished(() => spy.mockRestore());
      const store = open(path, { ...strict, maxDelay: 86_400_000 });
      const delivery = createStored({ receivedAt: new Date(Date.now()) });
      await store.enqueue(delivery);
      spy.mockRestore();
      const process = vi.fn(async (work: QueuedWork) => done(work));
      store.start('default', process);
      await until(() => expect(process).toHaveBeenCalledOnce());
    },
  );

  it('does not make a wait longer than maxDelay', async () => {
    const path = temporaryPath();
    const store = open(path, { ...strict, pollInterval: 20, maxDelay: 200 });
    const delivery = createStored();
    await store.enqueue(delivery);
    query(path, 'UPDATE webhook_logs SET attempts = 1, due_at = ?', Date.now() + 86_400_000);
    const process = vi.fn(async (work: QueuedWork) => done(work));
    store.start('default', process);
    await until(() => expect(process).toHaveBeenCalledOnce());
  });
});
