import { logContract, queueContract, storeContract } from '@spiderfoot-webhooks/core/stores/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithServer, findProgram } from '../../../../test/support/servers/describe-with-server.ts';
import { type PgBouncer, pgBouncer, startPgBouncer } from '../../../../test/support/servers/pgbouncer.ts';
import { postgres } from '../../../../test/support/servers/postgres.ts';
import { openStore } from '../../src/index.ts';
import { newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();
let bouncer: PgBouncer | undefined;

beforeAll(async () => {
  if (findProgram(pgBouncer) !== undefined && findProgram(postgres) !== undefined)
    bouncer = await startPgBouncer(database.server);
});
afterAll(() => bouncer?.stop());

describeWithServer(pgBouncer, 'A PostgreSQL store through PgBouncer in transaction mode', () => {
  const open = (place: string, options: object) =>
    openStore(bouncer?.connectionString ?? '', { ...options, schema: place.replaceAll('-', '_') });
  const traits = { durable: true, shared: true };
  for (const { name, run } of logContract(open, traits)) it(name, run);
  for (const { name, run } of queueContract(open, traits)) it(name, run);
  for (const { name, run } of storeContract(open, traits)) it(name, run);

  it('does not listen and does not prepare statements by name, because they would be lost', async () => {
    const schema = newSchema();
    const store = openTestStore(bouncer?.connectionString ?? '', { schema });
    for (let n = 0; n < 20; n++) await store.enqueue(createStored());
    const prepared = await database.query(
      `SELECT query FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query LIKE '%pg_advisory_lock(%'`,
    );
    expect(prepared.filter(({ query }) => !String(query).includes('pg_stat_activity'))).toEqual([]);
    expect((await store.list()).deliveries).toHaveLength(20);
  });
});
