import { afterEach, expect, it, vi } from 'vitest';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();
const hour = 3_600_000;

afterEach(() => vi.useRealTimers());

/** Set the wall clock of this process. The server's clock and the timers do not change. */
function setClock(offset: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offset });
}

const done = { status: 'processed', succeeded: [], failures: [] } as const;

for (const offset of [-hour, hour]) {
  describeWithPostgres(`A machine whose clock differs by ${offset} ms from the server`, () => {
    it('runs its own deliveries and those of other machines at once', async () => {
      const schema = newSchema();
      const other = openTestStore(database.connectionString, { schema });
      const early = createStored();
      await other.enqueue(early);
      setClock(offset);
      const store = openTestStore(database.connectionString, { schema });
      const handled: string[] = [];
      store.start('default', async ({ id }) => {
        handled.push(id);
        return done;
      });
      const late = createStored();
      await store.enqueue(late);
      await expect
        .poll(() => handled.toSorted(), { timeout: 10_000 })
        .toEqual([early.id, late.id].toSorted());
    });

    it('does not take over a delivery that another machine is running, and keeps its own', async () => {
      const schema = newSchema();
      const options = { schema, lease: 2000 };
      const counts = { own: 0, other: 0, takenOver: 0 };
      const hang = (name: keyof typeof counts) => () => {
        counts[name]++;
        return new Promise<typeof done>(() => {});
      };
      const other = openTestStore(database.connectionString, { ...options, closeTimeout: 1 });
      other.start('default', hang('other'));
      await other.enqueue(createStored());
      await expect.poll(() => counts.other).toBe(1);
      setClock(offset);
      const store = openTestStore(database.connectionString, { ...options, closeTimeout: 1 });
      store.start('default', hang('takenOver'));
      store.start('own', hang('own'));
      await store.enqueue(createStored({ endpoint: 'own' }));
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(counts).toEqual({ own: 1, other: 1, takenOver: 0 });
    });

    it('retries after the delay, and shows the time of the retry on its own clock', async () => {
      setClock(offset);
      const store = openTestStore(database.connectionString, { schema: newSchema() });
      const attempts: number[] = [];
      const nextAttempt = new Date(Date.now() + hour / 2);
      store.start('default', async ({ attempt, target }) => {
        attempts.push(attempt);
        if (target === 'later') return { ...done, status: 'failed', error: 'down', nextAttempt };
        return attempt === 1 ? { ...done, status: 'failed', error: 'down', nextAttempt: new Date() } : done;
      });
      const [soon, later] = [createStored({ target: 'soon' }), createStored({ target: 'later' })];
      await store.enqueue(soon);
      await expect.poll(async () => (await store.get(soon.id))?.state, { timeout: 10_000 }).toBe('processed');
      await store.enqueue(later);
      await expect.poll(async () => (await store.get(later.id))?.failures, { timeout: 10_000 }).toBe(1);
      expect(await store.get(later.id)).toMatchObject({ state: 'queued', nextAttempt });
      expect(await store.health()).toMatchObject({ waiting: 0, delayed: 1 });
      expect(attempts).toEqual([1, 2, 1]);
    });
  });
}
