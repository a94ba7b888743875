import { expect, it } from 'vitest';
import { migrationSql } from '../../src/index.ts';
import { newestVersion } from '../../src/schema/migrations.ts';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';
import { startStoreProcess } from '../support/processes.ts';

const database = useServer();

const tablesIn = async (schema: string) =>
  (await database.query('SELECT tablename FROM pg_tables WHERE schemaname = $1', [schema])).length;

/** Return the address for another role. */
function addressFor(role: string): string {
  return database.connectionString.replace('postgres@', `${role}@`);
}

describeWithPostgres('The schema of a PostgreSQL store', () => {
  it('is migrated once if several processes open it at the same time', async () => {
    const schema = newSchema();
    const order = { connection: database.connectionString, options: { schema }, enqueue: 1 };
    const processes = [startStoreProcess(order), startStoreProcess(order)];
    const stores = Array.from({ length: 4 }, () => openTestStore(database.connectionString, { schema }));
    await Promise.all([
      ...stores.map((store) => store.ready()),
      ...processes.map((process) => process.waitForLine('enqueued')),
    ]);
    const versions = await database.query(`SELECT version FROM "${schema}".schema_version`);
    expect(versions).toEqual([{ version: newestVersion() }]);
    expect((await stores[0]?.list())?.deliveries).toHaveLength(2);
  });

  it('can be created with migrationSql() for a role that may not create schemas', async () => {
    const schema = newSchema();
    await database.query(migrationSql(schema));
    await database.query(`CREATE ROLE ${schema} LOGIN;
      GRANT USAGE ON SCHEMA ${schema} TO ${schema};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${schema}`);
    const store = openTestStore(addressFor(schema), { schema });
    await store.ready();
    expect(await store.enqueue(createStored())).toBe('accepted');
  });

  it('is not created for a role without permission, and the error names the reason', async () => {
    const schema = newSchema();
    await database.query(`CREATE ROLE ${schema} LOGIN`);
    const store = openTestStore(addressFor(schema), { schema });
    await expect(store.ready()).rejects.toMatchObject({ name: 'StoreError', cause: { code: '42501' } });
  });

  it.each([{ mustExist: true }, { readOnly: true }])('is not created with %o', async (options) => {
    const schema = newSchema();
    const store = openTestStore(database.connectionString, { schema, ...options });
    await expect(store.ready()).rejects.toMatchObject({ name: 'ConfigurationError', option: 'schema' });
    await expect(store.list()).rejects.toMatchObject({ option: 'schema' });
    expect(await tablesIn(schema)).toBe(0);
  });

  it('is not changed if its version is newer than the kit', async () => {
    const schema = newSchema();
    const first = openTestStore(database.connectionString, { schema });
    await first.ready();
    const newer = newestVersion() + 1;
    await database.query(`INSERT INTO "${schema}".schema_version (version) VALUES (${newer})`);
    const store = openTestStore(database.connectionString, { schema });
    await expect(store.ready()).rejects.toMatchObject({ option: 'schema' });
    await expect(store.enqueue(createStored())).rejects.toMatchObject({ option: 'schema' });
    await expect(store.ready()).rejects.toThrow(`version ${newer}`);
  });

  it('can be read with readOnly, which rejects every write', async () => {
    const schema = newSchema();
    const first = openTestStore(database.connectionString, { schema });
    const delivery = createStored();
    await first.enqueue(delivery);
    const store = openTestStore(database.connectionString, { schema, readOnly: true });
    expect((await store.list()).deliveries.map(({ id }) => id)).toEqual([delivery.id]);
    expect([...store.capabilities]).not.toContain('replay');
    await expect(store.enqueue(createStored())).rejects.toMatchObject({ name: 'StoreError' });
    await expect(store.replay({})).rejects.toMatchObject({
      code: 'missing_capability',
      capability: 'replay',
    });
    expect(() => store.start('default', () => new Promise(() => {}))).toThrow('readOnly');
  });

  it.each(['Spiderfoot', 'a"b', 'pg_own', '', '1a', 'a'.repeat(64)])('cannot be named %j', (schema) => {
    expect(() => openTestStore(database.connectionString, { schema })).toThrow(
      expect.objectContaining({ option: 'schema' }),
    );
    expect(() => migrationSql(schema)).toThrow(expect.objectContaining({ option: 'schema' }));
  });
});
