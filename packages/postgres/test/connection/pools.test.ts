import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithPostgres, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();

describeWithPostgres('A PostgreSQL store on a pool of the application', () => {
  it('leaves the pool open when it is closed', async () => {
    const pool = new pg.Pool({ connectionString: database.connectionString });
    onTestFinished(() => pool.end());
    const store = openTestStore(pool);
    expect(await store.enqueue(createStored())).toBe('accepted');
    await store.close();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await expect(store.enqueue(createStored())).rejects.toMatchObject({ name: 'StoreError' });
  });

  it('reads its values as usual if the application has changed the type parsers and the date style', async () => {
    for (const oid of [20, 1184, 114, 25]) pg.types.setTypeParser(oid, () => 'changed');
    onTestFinished(() => {
      for (const oid of [20, 25]) pg.types.setTypeParser(oid, (value) => value);
      pg.types.setTypeParser(114, (value) => JSON.parse(value));
      pg.types.setTypeParser(1184, (value) => new Date(value));
    });
    const options = '-c DateStyle=German -c TimeZone=Asia/Kathmandu -c bytea_output=escape';
    const pool = new pg.Pool({ connectionString: database.connectionString, options });
    onTestFinished(() => pool.end());
    const store = openTestStore(pool);
    const delivery = createStored({ body: Buffer.from([0, 255, 92]) });
    await store.enqueue(delivery);
    const found = await store.get(delivery.id);
    expect(found).toMatchObject({ id: delivery.id, receivedAt: delivery.receivedAt, state: 'queued' });
    expect([...(found?.body ?? [])]).toEqual([0, 255, 92]);
    expect(await store.health()).toMatchObject({ waiting: 1 });
  });

  it('works after the application has deleted the prepared statements of a connection', async () => {
    const pool = new pg.Pool({ connectionString: database.connectionString, max: 1 });
    onTestFinished(() => pool.end());
    const store = openTestStore(pool, { listen: false });
    await store.enqueue(createStored());
    await pool.query('DISCARD ALL');
    expect(await store.enqueue(createStored())).toBe('accepted');
  });

  it('recognizes the pool of another copy of pg, which is not an instance of its own class', async () => {
    const pool = new pg.Pool({ connectionString: database.connectionString });
    onTestFinished(() => pool.end());
    const foreign = new Proxy(pool, { getPrototypeOf: () => Object.prototype });
    expect(foreign).not.toBeInstanceOf(pg.Pool);
    expect(await openTestStore(foreign).enqueue(createStored())).toBe('accepted');
  });

  it('works with a pool of one connection', async () => {
    const pool = new pg.Pool({ connectionString: database.connectionString, max: 1 });
    onTestFinished(() => pool.end());
    const store = openTestStore(pool);
    const handled: string[] = [];
    store.start('default', async ({ id }) => {
      handled.push(id);
      return { status: 'processed', succeeded: [], failures: [] };
    });
    const deliveries = Array.from({ length: 50 }, () => createStored());
    await Promise.all(deliveries.map((delivery) => store.enqueue(delivery)));
    await expect.poll(() => handled.length, { timeout: 10_000 }).toBe(50);
  });
});
