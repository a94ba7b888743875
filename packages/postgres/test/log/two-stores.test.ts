import { expect, it } from 'vitest';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';
import { startStoreProcess } from '../support/processes.ts';

const database = useServer();

const entryOf = (delivery = createStored()) =>
  ({ ...delivery, state: 'received', attempt: 0, succeeded: [] }) as const;

const locks = () => database.query(`SELECT objid FROM pg_locks WHERE locktype = 'advisory'`);

describeWithPostgres('A log in PostgreSQL that two machines share', () => {
  it('returns running while the other store runs the handlers, and not after that store is closed', async () => {
    const schema = newSchema();
    const first = openTestStore(database.connectionString, { schema });
    const second = openTestStore(database.connectionString, { schema });
    await Promise.all([first.ready(), second.ready()]);
    await expect.poll(locks, { timeout: 10_000 }).toHaveLength(2);
    const entry = entryOf();
    expect(await first.record(entry)).toBeUndefined();
    expect(await second.record(entry)).toMatchObject({ state: 'received', running: true });
    expect((await first.record(entry))?.running).toBeUndefined();
    await first.close();
    expect((await second.record(entry))?.running).toBeUndefined();
  });

  it('does not return running after the process of the other store was killed', async () => {
    const schema = newSchema();
    const entry = entryOf();
    const program = startStoreProcess({
      connection: database.connectionString,
      options: { schema },
      record: entry.id,
    });
    await program.waitForLine('recorded');
    const store = openTestStore(database.connectionString, { schema });
    await expect.poll(locks, { timeout: 10_000 }).toHaveLength(1);
    expect(await store.record(entry)).toMatchObject({ state: 'received', running: true });
    program.signal('SIGKILL');
    await program.end();
    await expect.poll(async () => (await store.record(entry))?.running, { timeout: 5000 }).toBeUndefined();
  });

  it('returns running for ten seconds at most, because the other process may hang', async () => {
    const schema = newSchema();
    const first = openTestStore(database.connectionString, { schema });
    const second = openTestStore(database.connectionString, { schema });
    await Promise.all([first.ready(), second.ready()]);
    await expect.poll(locks, { timeout: 10_000 }).toHaveLength(2);
    const entry = entryOf();
    await first.record(entry);
    await database.query(
      `UPDATE "${schema}".deliveries SET lease_until = lease_until - interval '11 s' WHERE state = 'received'`,
    );
    expect((await second.record(entry))?.running).toBeUndefined();
  });

  it('keeps one record if both stores settle a delivery at the same time', async () => {
    const schema = newSchema();
    const [first, second] = [1, 2].map(() => openTestStore(database.connectionString, { schema }));
    for (let round = 0; round < 20; round++) {
      const entry = entryOf();
      await first?.record(entry);
      await Promise.all([
        first?.record({ ...entry, state: 'processed', attempt: 1, succeeded: ['a'] }),
        second?.record({
          ...entry,
          state: 'failed',
          attempt: 1,
          failures: [{ handler: 'a', error: 'down' }],
        }),
      ]);
      const found = await first?.get(entry.id);
      expect(found?.state).toBe('processed');
    }
  });
});
