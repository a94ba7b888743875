import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();

/** Lock the deliveries of a schema. @returns a function that unlocks them */
async function lock(schema: string): Promise<() => Promise<unknown>> {
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`BEGIN; LOCK TABLE ${schema}.deliveries`);
  return () => client.query('ROLLBACK');
}

/** Return whether a statement that contains these words waits for a lock. */
async function waits(words: string): Promise<boolean> {
  const text = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || $1 || '%'`;
  return (await database.query(text, [words])).length > 0;
}

describeWithPostgres('The time limit of a PostgreSQL list', () => {
  it.each([{}, { text: 'scan_completed' }])(
    'a list by %j that reaches its time limit keeps its connection, without a transaction or a limit',
    async (filter) => {
      const schema = newSchema();
      const writer = openTestStore(database.connectionString, { schema, listen: false });
      await writer.enqueue(createStored());
      // The words are indexed.
      await writer.list(filter);
      const pool = new pg.Pool({ connectionString: database.connectionString, max: 1 });
      onTestFinished(() => pool.end());
      let closed = 0;
      pool.on('remove', () => closed++);
      const store = openTestStore(pool, { schema, readOnly: true, listen: false });
      await store.ready();
      const settings = async () => (await pool.query('SHOW statement_timeout')).rows[0];
      expect((await store.list({ ...filter, timeLimit: 60_000 })).deliveries).toHaveLength(1);
      expect(await settings()).toEqual({ statement_timeout: '0' });
      const unlock = await lock(schema);
      const listing = store.list({ ...filter, timeLimit: 2 });
      // The search in parts begins after the first statement was ended.
      await expect.poll(() => waits('OFFSET'), { timeout: 10_000 }).toBe(true);
      await unlock();
      expect((await listing).deliveries).toHaveLength(1);
      expect((await pool.query(`DELETE FROM ${schema}.deliveries`)).rowCount).toBe(1);
      expect(await settings()).toEqual({ statement_timeout: '0' });
      expect(closed).toBe(0);
    },
  );
});
