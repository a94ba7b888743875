import { expect, it } from 'vitest';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();

/** The limit of a batch, in bytes. */
const limit = 4_194_304;
const count = 20;

describeWithPostgres('The results of a PostgreSQL queue', () => {
  it('are stored in several statements if their errors are long', async () => {
    const schema = newSchema();
    const options = { schema, concurrency: count, baseDelay: 3_600_000, patience: 9000 };
    const store = openTestStore(database.connectionString, options);
    await store.ready();
    await database.query(`CREATE TABLE ${schema}.sizes (bytes bigint);
      CREATE FUNCTION ${schema}.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO ${schema}.sizes SELECT sum(octet_length(error_message)) FROM changed;
        RETURN NULL; END $$;
      CREATE TRIGGER note AFTER UPDATE ON ${schema}.deliveries REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.note()`);
    let begun = 0;
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    store.start('default', async () => {
      begun += 1;
      await finished;
      return { status: 'failed', succeeded: [], failures: [], error: 'x'.repeat(limit / 8) };
    });
    await Promise.all(Array.from({ length: count }, () => store.enqueue(createStored())));
    await expect.poll(() => begun, { timeout: 10_000 }).toBe(count);
    finish();
    await expect.poll(async () => (await store.health()).delayed, { timeout: 20_000 }).toBe(count);
    const sizes = await database.query(`SELECT bytes::integer FROM ${schema}.sizes WHERE bytes > 0`);
    const bytes = sizes.map((row) => Number(row.bytes));
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBe((count * limit) / 8);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(limit);
  });
});
