import { expect, it, vi } from 'vitest';
import { migrationSql } from '../../src/index.ts';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();
const wrongSchema = { name: 'ConfigurationError', option: 'schema' };

describeWithPostgres('A schema that is lost while a PostgreSQL store is open', () => {
  it('is created again, and the next deliveries are stored', async () => {
    const schema = newSchema();
    const store = openTestStore(database.connectionString, { schema });
    await store.enqueue(createStored());
    await database.query(`DROP SCHEMA ${schema} CASCADE`);
    const deliveries = Array.from({ length: 5 }, () => createStored());
    await Promise.all(deliveries.map((delivery) => store.enqueue(delivery)));
    expect((await store.list()).deliveries).toHaveLength(5);
    await database.query(`DROP SCHEMA ${schema} CASCADE`);
    expect((await store.list()).deliveries).toEqual([]);
  });

  it('is not created again with mustExist, and is used as soon as it is restored', async () => {
    const schema = newSchema();
    await database.query(migrationSql(schema));
    const store = openTestStore(database.connectionString, { schema, mustExist: true });
    await store.enqueue(createStored());
    await database.query(`DROP SCHEMA ${schema} CASCADE`);
    await expect(store.enqueue(createStored())).rejects.toMatchObject(wrongSchema);
    await database.query(migrationSql(schema));
    await vi.waitFor(() => store.enqueue(createStored()), 10_000);
    expect((await store.list()).deliveries).toHaveLength(1);
  });

  it('rejects deliveries while one of its tables is missing, and names the table', async () => {
    const schema = newSchema();
    const store = openTestStore(database.connectionString, { schema });
    const delivery = createStored();
    await store.enqueue(delivery);
    await database.query(`ALTER TABLE ${schema}.deliveries RENAME TO hidden`);
    await expect(store.enqueue(createStored())).rejects.toMatchObject(wrongSchema);
    await expect(store.ready()).rejects.toThrow('deliveries');
    await database.query(`ALTER TABLE ${schema}.hidden RENAME TO deliveries`);
    await vi.waitFor(async () => expect(await store.enqueue(delivery)).toBe('duplicate'), 10_000);
  });
});
