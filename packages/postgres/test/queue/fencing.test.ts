import { expect, it } from 'vitest';
import { describeWithPostgres, newSchema, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();

const done = { status: 'processed', succeeded: [], failures: [] } as const;

describeWithPostgres('A PostgreSQL queue whose process was stopped past its lease', () => {
  it.each(["lease_owner = 'another process'", 'attempts = attempts + 1', "state = 'queued'"])(
    'does not settle a delivery that has changed to %s',
    async (change) => {
      const schema = newSchema();
      const store = openTestStore(database.connectionString, { schema, pollInterval: 60_000 });
      let finish = () => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const begun: string[] = [];
      store.start('default', async ({ id }) => {
        begun.push(id);
        if (begun.length === 1) await finished;
        return done;
      });
      const [taken, next] = [createStored(), createStored()];
      await store.enqueue(taken);
      await expect.poll(() => begun).toEqual([taken.id]);
      await database.query(`UPDATE "${schema}".deliveries SET ${change}`);
      const before = await store.get(taken.id);
      finish();
      // The results of both deliveries are written in their order.
      await store.enqueue(next);
      await expect.poll(async () => (await store.get(next.id))?.state, { timeout: 10_000 }).toBe('processed');
      expect(await store.get(taken.id)).toEqual(before);
    },
  );

  it('puts back a delivery that it claimed without learning of it, and does not count a failure', async () => {
    const schema = newSchema();
    const store = openTestStore(database.connectionString, { schema, patience: 1000, lease: 3_600_000 });
    await store.ready();
    const attempts: string[] = [];
    store.start('default', async ({ id, attempt }) => {
      attempts.push(`${id} ${attempt}`);
      return done;
    });
    const [first, lost] = [createStored(), createStored()];
    await store.enqueue(first);
    await expect.poll(() => attempts).toEqual([`${first.id} 1`]);
    await expect.poll(async () => (await store.get(first.id))?.state).toBe('processed');
    // Record the owner of the worker while it runs a delivery.
    const watched = createStored();
    await database.query(`CREATE TABLE "${schema}".owners (owner text);
      CREATE FUNCTION "${schema}".note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.lease_owner IS NOT NULL THEN INSERT INTO "${schema}".owners VALUES (NEW.lease_owner); END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER note BEFORE INSERT OR UPDATE ON "${schema}".deliveries
        FOR EACH ROW EXECUTE FUNCTION "${schema}".note()`);
    await store.enqueue(watched);
    await expect.poll(async () => (await store.get(watched.id))?.state).toBe('processed');
    const [noted] = await database.query(`SELECT owner FROM "${schema}".owners LIMIT 1`);
    await database.query(
      `INSERT INTO "${schema}".deliveries (delivery_id, endpoint, received_at, state, attempts, lease_owner, lease_until,
         lease_duration, event_type, body)
       VALUES ($1, 'default', now(), 'running', 1, $2, now() + interval '1 hour', 3600000, 'scan_completed', '')`,
      [lost.id, noted?.owner],
    );
    await expect.poll(async () => (await store.get(lost.id))?.state, { timeout: 10_000 }).toBe('processed');
    expect(attempts.at(-1)).toBe(`${lost.id} 2`);
    expect(await store.get(lost.id)).toMatchObject({ failures: 0 });
  });
});
