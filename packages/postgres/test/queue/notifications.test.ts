import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();
const hour = 3_600_000;

/** Start two stores, of which only the second has workers, and return the deliveries that it handles. */
async function startTwo(listen: boolean) {
  const options = { schema: newSchema(), pollInterval: hour, listen };
  const [first, second] = [1, 2].map(() => openTestStore(database.connectionString, options));
  if (first === undefined || second === undefined) throw new Error('Expected two stores');
  const handled: string[] = [];
  await Promise.all([first.ready(), second.ready()]);
  second.start('default', async ({ id }) => {
    handled.push(id);
    return { status: 'processed', succeeded: [], failures: [] };
  });
  return { first, second, handled };
}

const listeners = () =>
  database.query(
    `SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_advisory_lock%' AND pid <> pg_backend_pid()`,
  );

describeWithPostgres('A PostgreSQL store with LISTEN', () => {
  it('runs a delivery that another process has queued or replayed, long before it polls', async () => {
    const { first, handled } = await startTwo(true);
    await expect.poll(listeners, { timeout: 10_000 }).toHaveLength(2);
    const delivery = createStored();
    await first.enqueue(delivery);
    await expect.poll(() => handled, { timeout: 10_000 }).toEqual([delivery.id]);
    await expect.poll(async () => (await first.get(delivery.id))?.state).toBe('processed');
    await first.replay({});
    await expect.poll(() => handled, { timeout: 10_000 }).toEqual([delivery.id, delivery.id]);
  });

  it('listens again after its connection was lost, and finds the deliveries of the meantime', async () => {
    const { schema, pollInterval } = { schema: newSchema(), pollInterval: 50 };
    const store = openTestStore(database.connectionString, { schema, pollInterval });
    await store.ready();
    await expect.poll(listeners, { timeout: 10_000 }).toHaveLength(1);
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_advisory_lock%' AND pid <> pg_backend_pid()`,
    );
    await expect.poll(listeners, { timeout: 10_000 }).toHaveLength(1);
    expect(await store.enqueue(createStored())).toBe('accepted');
  });

  it('tries again to listen if the server never answers, and polls in the meantime', async () => {
    const { port } = new URL(database.connectionString);
    let attempts = 0;
    let isSilent = true;
    const proxy = createServer((client) => {
      const server = connect(Number(port), '127.0.0.1');
      for (const socket of [client, server]) socket.on('error', () => {});
      client
        .once('close', () => server.destroy())
        .on('data', (data) => {
          const listens = data.includes('LISTEN');
          if (listens) attempts++;
          if (!listens || !isSilent) server.write(data);
        });
      server.once('close', () => client.destroy()).on('data', (data) => client.write(data));
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => void proxy.close());
    const address = proxy.address();
    const through = new URL(database.connectionString);
    through.port = String(typeof address === 'object' ? address?.port : undefined);

    const schema = newSchema();
    const other = openTestStore(database.connectionString, { schema, listen: false });
    const store = openTestStore(through.href, { schema, patience: 1000 });
    const handled: string[] = [];
    store.start('default', async ({ id }) => {
      handled.push(id);
      return { status: 'processed', succeeded: [], failures: [] };
    });
    await expect.poll(() => attempts, { timeout: 20_000 }).toBeGreaterThan(1);
    const delivery = createStored();
    await vi.waitFor(() => other.enqueue(delivery), 10_000);
    await expect.poll(() => handled, { timeout: 20_000 }).toEqual([delivery.id]);
    isSilent = false;
    await expect.poll(listeners, { timeout: 20_000 }).toHaveLength(1);
  });

  it('opens no further connection with listen: false, and finds deliveries by polling', async () => {
    const schema = newSchema();
    const first = openTestStore(database.connectionString, { schema, listen: false });
    const second = openTestStore(database.connectionString, { schema, listen: false });
    const handled: string[] = [];
    second.start('default', async ({ id }) => {
      handled.push(id);
      return { status: 'processed', succeeded: [], failures: [] };
    });
    const delivery = createStored();
    await first.enqueue(delivery);
    await expect.poll(() => handled, { timeout: 10_000 }).toEqual([delivery.id]);
    expect(await listeners()).toEqual([]);
  });
});
