import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();

const patience = 400;
/** Less than the patience, but two such statements take longer. */
const slowness = 0.3;
const late = { name: 'StoreError' };

/** Open a store whose statements that write deliveries are slow. */
async function openSlow() {
  const schema = newSchema();
  const store = openTestStore(database.connectionString, { schema, patience, listen: false });
  await store.ready();
  return {
    store,
    async slowDown() {
      await database.query(`CREATE FUNCTION ${schema}.wait() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(${slowness}); RETURN NEW; END $$`);
      await database.query(`CREATE TRIGGER wait BEFORE INSERT OR UPDATE ON ${schema}.deliveries
        FOR EACH ROW EXECUTE FUNCTION ${schema}.wait()`);
    },
  };
}

describeWithPostgres('The patience of a PostgreSQL store', () => {
  it('limits all statements of record() together', async () => {
    const { store, slowDown } = await openSlow();
    const entry = { ...createStored(), attempt: 1, succeeded: [] } as const;
    await store.record({ ...entry, state: 'failed' });
    await slowDown();
    await expect(store.record({ ...entry, state: 'received' })).rejects.toMatchObject(late);
  });

  it('limits all statements of enqueue() together', async () => {
    const { store, slowDown } = await openSlow();
    const entry = { ...createStored(), attempt: 1, succeeded: [] } as const;
    await store.record({ ...entry, state: 'failed' });
    await slowDown();
    await expect(store.enqueue(entry)).rejects.toMatchObject(late);
  });

  it('includes the wait for the deliveries that were sent before', async () => {
    const { store, slowDown } = await openSlow();
    await slowDown();
    const first = store.enqueue(createStored());
    // The first delivery is on its way before the others arrive.
    await new Promise((resolve) => setTimeout(resolve, slowness * 500));
    const second = store.enqueue(createStored());
    await expect(second).rejects.toMatchObject(late);
    expect(await first).toBe('accepted');
    expect(await store.health()).toMatchObject({ ready: true });
  });

  it('limits the wait for a free connection of the pool', async () => {
    const pool = new pg.Pool({ connectionString: database.connectionString, max: 1 });
    onTestFinished(() => pool.end());
    const store = openTestStore(pool, { schema: newSchema(), patience, listen: false });
    await store.ready();
    const busy = await pool.connect();
    onTestFinished(() => busy.release());
    await Promise.all([
      expect(store.list()).rejects.toMatchObject(late),
      expect(store.get('7')).rejects.toMatchObject(late),
      expect(store.counts()).rejects.toMatchObject(late),
      expect(store.enqueue(createStored())).rejects.toMatchObject(late),
    ]);
  });

  it('limits list() and get() while the table is locked', async () => {
    const schema = newSchema();
    const store = openTestStore(database.connectionString, { schema, patience, listen: false });
    await store.ready();
    const client = new pg.Client({ connectionString: database.connectionString });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query(`BEGIN; LOCK TABLE ${schema}.deliveries`);
    await Promise.all([
      expect(store.list()).rejects.toMatchObject(late),
      expect(store.get('7')).rejects.toMatchObject(late),
    ]);
  });
});
