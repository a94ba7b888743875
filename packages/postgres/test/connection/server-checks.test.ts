import { expect, it, onTestFinished } from 'vitest';
import { startPostgres } from '../../../../test/support/servers/postgres.ts';
import { describeWithPostgres, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

describeWithPostgres('A server that cannot keep deliveries', () => {
  it.each([
    ['fsync', { settings: { fsync: 'off' } }],
    ['default_transaction_read_only', { settings: { default_transaction_read_only: 'on' } }],
    ['server_encoding', { encoding: 'LATIN1' }],
  ])('is rejected by ready() and enqueue() because of %s', async (setting, options) => {
    const server = await startPostgres(options);
    onTestFinished(() => server.stop());
    const store = openTestStore(server.connectionString);
    const expected = { name: 'ConfigurationError', option: 'connection', setting };
    await expect(store.ready()).rejects.toMatchObject(expected);
    await expect(store.enqueue(createStored())).rejects.toMatchObject(expected);
    expect((await store.health()).ready).toBe(false);
  });
});

describeWithPostgres('A server with synchronous_commit = off', () => {
  // The server would write its log to the disk 10 seconds after a commit.
  const database = useServer({ settings: { synchronous_commit: 'off', wal_writer_delay: '10s' } });

  /** Return whether the server has written its log to the disk during a call, beyond the end that it had before. */
  async function isFlushedBy(call: () => Promise<unknown>): Promise<unknown> {
    const [before] = await database.query('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    await call();
    const [after] = await database.query('SELECT pg_current_wal_flush_lsn() > $1::pg_lsn AS flushed', [
      before?.lsn,
    ]);
    return after?.flushed;
  }

  it('has an acknowledged delivery on its disk, although it loses the writes of other programs', async () => {
    const store = openTestStore(database.connectionString, { listen: false });
    await store.ready();
    await database.query('CREATE TABLE other (n int)');
    expect(await isFlushedBy(() => database.query('INSERT INTO other VALUES (1)'))).toBe(false);
    const delivery = createStored();
    expect(await isFlushedBy(() => store.enqueue(delivery))).toBe(true);
    const received = { ...createStored(), state: 'received', attempt: 0, succeeded: [] } as const;
    expect(await isFlushedBy(() => store.record(received))).toBe(true);
    expect(await isFlushedBy(() => store.record({ ...received, state: 'ignored' }))).toBe(true);
    await store.prune({ keep: 0, states: ['ignored'] });
    expect(await isFlushedBy(() => store.record({ ...received, state: 'failed' }))).toBe(true);
    expect(await isFlushedBy(() => store.enqueue(received))).toBe(true);
  });
});
