import { expect, it } from 'vitest';
import { open, query, temporaryPath } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

it('counts waiting, delayed, running and dead deliveries of all endpoints, and finds the oldest', async () => {
  const path = temporaryPath();
  const store = open(path);
  const empty = { ready: true, waiting: 0, running: 0, delayed: 0, dead: 0, oldest: undefined };
  expect(await store.health()).toEqual(empty);
  const receivedAt = new Date('2024-01-01T00:00:00.000Z');
  await store.enqueue(createStored({ receivedAt }));
  for (const endpoint of ['a', 'a', 'b', 'b', 'b']) await store.enqueue(createStored({ endpoint }));
  const inAnHour = Date.now() + 3_600_000;
  query(path, 'UPDATE webhook_logs SET due_at = ? WHERE id IN (2, 4)', inAnHour);
  query(path, "UPDATE webhook_logs SET state = 'running', due_at = NULL WHERE id = 5");
  query(path, "UPDATE webhook_logs SET state = 'dead', due_at = NULL WHERE id = 6");
  const counts = { waiting: 2, running: 1, delayed: 2, dead: 1 };
  expect(await store.health()).toEqual({ ready: true, ...counts, oldest: receivedAt });
});

it('counts each delivery once across the slices of a long queue', async () => {
  const path = temporaryPath();
  const store = open(path);
  query(
    path,
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 90003)
     INSERT INTO webhook_logs (timestamp, event_type, payload, delivery_id, endpoint, state, received_at, due_at)
     SELECT '', 'scan_started', '{}', printf('%032x', n), 'default', iif(n % 3 = 0, 'dead', 'queued'), n / 5,
       iif(n % 3 = 0, NULL, iif(n % 3 = 1, 0, ? + n / 7)) FROM numbers`,
    Date.now() + 3_600_000,
  );
  const counts = { waiting: 30_001, running: 0, delayed: 30_001, dead: 30_001 };
  expect(await store.health()).toEqual({ ready: true, ...counts, oldest: new Date(0) });
});

it('is not ready after the store was closed', async () => {
  const store = open(temporaryPath());
  await store.close();
  expect(await store.health()).toMatchObject({ ready: false });
});
