import type { StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startPostgres } from '../../../../test/support/servers/postgres.ts';
import { startTcpProxy } from '../../../../test/support/servers/tcp-proxy.ts';
import type { Store } from '../../src/index.ts';
import { describeWithPostgres, openTestStore } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

/** Start a primary with a synchronous standby, and a store. */
async function startPair() {
  const primary = await startPostgres();
  onTestFinished(() => primary.stop());
  const replication = await startTcpProxy(primary.port);
  onTestFinished(() => replication.stop());
  const standby = await startPostgres({ replicaOf: { port: replication.port, name: 'standby' } });
  onTestFinished(() => standby.stop());
  const store = openTestStore(primary.connectionString, { patience: 1000 });
  await store.ready();
  const admin = new pg.Client(primary.connectionString);
  admin.on('error', () => {});
  await admin.connect();
  await admin.query("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
  await admin.query('SELECT pg_reload_conf()');
  await vi.waitFor(async () => {
    const { rows } = await admin.query('SELECT sync_state FROM pg_stat_replication');
    expect(rows).toEqual([{ sync_state: 'sync' }]);
  }, 20_000);
  return { primary, replication, store };
}

/** A method that stores a delivery, and its answer to the same delivery when it is sent again. */
interface Case {
  readonly method: string;
  write(store: Store, delivery: StoredDelivery): Promise<unknown>;
  writeAgain(store: Store, delivery: StoredDelivery): Promise<unknown>;
  readonly answer: string;
}

const enqueue: Case['write'] = (store, delivery) => store.enqueue(delivery);

const cases: readonly Case[] = [
  { method: 'enqueue()', write: enqueue, writeAgain: enqueue, answer: 'duplicate' },
  {
    method: 'record()',
    write: (store, delivery) => store.record({ ...delivery, state: 'processed', attempt: 1, succeeded: [] }),
    async writeAgain(store, delivery) {
      const entry = { ...delivery, state: 'received', attempt: 0, succeeded: [] } as const;
      return (await store.record(entry))?.state;
    },
    answer: 'processed',
  },
];

describeWithPostgres('A PostgreSQL store with a synchronous standby', () => {
  it.each(cases)(
    'rejects a duplicate in $method that the standby does not have, until it has it',
    {
      timeout: 120_000,
    },
    async ({ write, writeAgain, answer }) => {
      const { primary, replication, store } = await startPair();
      replication.hold();
      const delivery = createStored();
      const unavailable = { name: 'StoreError' };
      await expect(write(store, delivery)).rejects.toMatchObject(unavailable);
      // After a restart, the row is visible, although no standby has it.
      await primary.kill();
      await primary.restart();
      await vi.waitFor(async () => expect(await store.get(delivery.id)).toBeDefined(), 20_000);
      // The first attempt would also wait because it is the first to use the sequence of the row ids.
      for (let attempt = 0; attempt < 3; attempt++) {
        await expect(writeAgain(store, delivery)).rejects.toMatchObject(unavailable);
        await vi.waitFor(async () => expect(await store.health()).toMatchObject({ ready: true }), 20_000);
      }
      replication.cut();
      await vi.waitFor(async () => expect(await writeAgain(store, delivery)).toBe(answer), 60_000);
    },
  );
});
