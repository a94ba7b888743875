import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();

/** Lock the deliveries of a schema, as an administrator or `ALTER TABLE` does. @returns a function that ends the lock */
async function lock(schema: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`BEGIN; LOCK TABLE ${schema}.deliveries`);
  return async () => void (await client.query('ROLLBACK'));
}

async function waitingForLocks(): Promise<number> {
  const rows = await database.query(
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()",
  );
  return rows.length;
}

describeWithPostgres('A PostgreSQL store whose table is locked', () => {
  it('leaves no statement on the server when the patience has passed', async () => {
    const schema = newSchema();
    const store = openTestStore(database.connectionString, { schema, patience: 300 });
    await store.ready();
    const unlock = await lock(schema);
    const [late, other] = [createStored(), createStored()];
    const rejected = expect(store.enqueue(late)).rejects.toMatchObject({ name: 'StoreError' });
    await vi.waitFor(async () => expect(await waitingForLocks()).toBe(1), 10_000);
    await rejected;
    await vi.waitFor(async () => expect(await waitingForLocks()).toBe(0), 10_000);
    await unlock();
    await vi.waitFor(() => store.enqueue(other), 10_000);
    expect(await store.get(late.id)).toBeUndefined();
  });

  it('rejects a batch at once if the server ends its statement, instead of sending each delivery', async () => {
    const schema = newSchema();
    const options = '-c statement_timeout=200';
    const pool = new pg.Pool({ connectionString: database.connectionString, options });
    onTestFinished(() => pool.end());
    const store = openTestStore(pool, { schema, listen: false });
    await store.ready();
    const unlock = await lock(schema);
    const connect = vi.spyOn(pool, 'connect');
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => store.enqueue(createStored())));
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
    // The statement of the batch, and perhaps a check of the server.
    expect(connect.mock.calls.length).toBeLessThan(10);
    await unlock();
    await vi.waitFor(() => store.enqueue(createStored()), 10_000);
  });

  it('stores deliveries while its health takes too long', async () => {
    const pool = new pg.Pool({ connectionString: database.connectionString });
    onTestFinished(() => pool.end());
    const schema = newSchema();
    const store = openTestStore(pool, { schema, listen: false });
    await store.ready();
    // The counts of a very long queue.
    await database.query(`ALTER TABLE ${schema}.deliveries RENAME TO counted`);
    await database.query(`CREATE FUNCTION ${schema}.slow() RETURNS boolean LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57014'; END $$`);
    await database.query(
      `CREATE VIEW ${schema}.deliveries AS SELECT * FROM ${schema}.counted WHERE ${schema}.slow()`,
    );
    await database.query(`INSERT INTO ${schema}.counted (delivery_id, endpoint, received_at, state, due_at, event_type, body)
      VALUES ('', '', now(), 'queued', now(), '', '')`);
    const connect = vi.spyOn(pool, 'connect');
    expect(await store.health()).toMatchObject({ ready: false });
    await database.query(`DROP VIEW ${schema}.deliveries`);
    await database.query(`ALTER TABLE ${schema}.counted RENAME TO deliveries`);
    expect(await store.enqueue(createStored())).toBe('accepted');
    // The health, the delivery and its announcement. The server was not checked again.
    expect(connect.mock.calls.length).toBeLessThanOrEqual(3);
  });
});
