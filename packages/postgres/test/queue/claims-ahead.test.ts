import { expect, it, onTestFinished, vi } from 'vitest';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();

describeWithPostgres('A worker over PostgreSQL whose handlers are short', () => {
  it('claims more deliveries than it runs at the same time', async () => {
    // All handlers take no time, however busy the machine is.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    onTestFinished(() => clock.mockRestore());
    const schema = newSchema();
    const store = openTestStore(database.connectionString, { schema, concurrency: 1, closeTimeout: 1 });
    await store.ready();
    await Promise.all(Array.from({ length: 30 }, () => store.enqueue(createStored())));
    let begun = 0;
    store.start('default', () => {
      begun += 1;
      // The tenth handler does not end.
      return begun === 10
        ? new Promise(() => {})
        : Promise.resolve({ status: 'processed', succeeded: [], failures: [] });
    });
    await expect.poll(() => begun).toBe(10);
    const claimed = async () => {
      const sql = `SELECT count(*)::integer AS claimed FROM ${schema}.deliveries WHERE attempts > 0`;
      return (await database.query(sql))[0]?.claimed;
    };
    await expect.poll(claimed).toBeGreaterThan(begun);
  });
});
