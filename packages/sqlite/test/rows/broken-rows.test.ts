import { createReceiver } from '@spiderfoot-webhooks/core';
import { describe, expect, it, vi } from 'vitest';
import type { Store } from '../../src/index.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored, createWebhook, secret } from '../support/webhooks.ts';

/** Values that another program may write to a column. `x'…'` are bytes. */
const damages: readonly string[] = [
  "received_at = 'yesterday'",
  'received_at = NULL',
  "received_at = x'ff00'",
  'received_at = 9e999',
  'received_at = -9e999',
  'received_at = 1700000000000000000',
  'received_at = 1700000000000.5',
  "received_at = 'never', timestamp = 'never'",
  "issues = 'not JSON'",
  "issues = '{}'",
  "issues = '[1, null, {}]'",
  "issues = x'ff'",
  "handlers = 'not JSON'",
  'handlers = \'[{"name":"h","succeeded":true,"attempts":1,"error":7}]\'',
  "handlers = x'ff'",
  "state = 'no such state'",
  "state = x'ff'",
  'state = NULL',
  "payload = x'fffe00'",
  'payload = 12',
  "event_type = x'ff'",
  "attempts = 'many'",
  'attempts = 1.5',
  'attempts = 9e999',
  "failures = 'many'",
  "due_at = 'soon'",
  "due_at = x'ff'",
  "dialect = 'klingon', code = 'no such code', error_message = x'ff'",
  "source_ip = x'ff', scan_id = x'ff', target = x'ff'",
  "lease_owner = x'ff', lease_until = x'ff', lease_duration = 'long', requested_wait = x'ff'",
];

const hour = 3_600_000;

/** Three deliveries. The middle one is damaged. */
async function threeOf(damage: string) {
  const path = temporaryPath();
  const store = open(path, { pollInterval: 20, baseDelay: 1, maxDelay: 1 });
  const deliveries = [3, 2, 1].map((age) => createStored({ receivedAt: new Date(Date.now() - age * hour) }));
  for (const delivery of deliveries) {
    const issues = [{ path: 'data', message: 'is missing' }];
    await store.record({ ...delivery, state: 'rejected', attempt: 0, succeeded: [], issues });
  }
  query(path, `UPDATE webhook_logs SET ${damage} WHERE id = 2`);
  const [first, , third] = deliveries.map(({ id }) => id);
  return { path, store, first, third };
}

async function pagesOf(store: Store, limit: number): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await store.list({ limit, ...(cursor !== undefined && { cursor }) });
    numbers.push(...page.deliveries.map(({ key }) => Number(key)));
    if (page.cursor === undefined) return numbers;
    cursor = page.cursor;
  }
}

async function exported(store: Store, format: 'csv' | 'jsonl'): Promise<string> {
  let text = '';
  for await (const chunk of store.export(format)) text += chunk;
  return text;
}

describe.each(damages)('A row with %s', (damage) => {
  it(`does not hide the rows around it from list, get, counts and export (${damage})`, async () => {
    const { store, first, third } = await threeOf(damage);
    const { deliveries } = await store.list();
    expect(deliveries.map(({ key }) => Number(key)).sort()).toEqual([1, 2, 3]);
    for (const { receivedAt } of deliveries) expect(receivedAt.getTime()).not.toBeNaN();
    for (const id of [first, third]) {
      const issues = [{ path: 'data', message: 'is missing' }];
      expect(deliveries.find((record) => record.id === id)).toMatchObject({ state: 'rejected', issues });
    }
    expect([...(await pagesOf(store, 1))].sort()).toEqual([1, 2, 3]);
    expect(await store.get('2')).toMatchObject({ key: '2', body: expect.any(Buffer) });
    const total = (await store.counts()).reduce((sum, { count }) => sum + count, 0);
    expect(total).toBe(3);
    await store.counts({ by: ['state', 'eventType', 'endpoint', 'time'] });
    const lines = (await exported(store, 'jsonl')).trimEnd().split('\n');
    expect(lines.map((line) => Number(JSON.parse(line).key)).sort()).toEqual([1, 2, 3]);
    expect(await exported(store, 'csv')).toContain(`\r\n2,`);
  });

  it(`does not keep replay and prune from the rows around it (${damage})`, async () => {
    const { store } = await threeOf(damage);
    expect(await store.replay({ state: 'rejected' })).toBeGreaterThanOrEqual(2);
    const ran: string[] = [];
    const workers = store.start('default', async ({ id, receivedAt }) => {
      ran.push(id);
      expect(receivedAt.getTime()).not.toBeNaN();
      return { status: 'processed', succeeded: [], failures: [] };
    });
    await until(() => expect(ran.length).toBeGreaterThanOrEqual(2));
    await until(async () => {
      expect((await store.list({ state: 'processed' })).deliveries.length).toBeGreaterThanOrEqual(2);
    });
    await workers.close();
    expect(await store.prune({ before: new Date(Date.now() + hour) })).toBeGreaterThanOrEqual(2);
  });

  it(`does not stop the worker when it is queued (${damage})`, async () => {
    const path = temporaryPath();
    const store = open(path, { pollInterval: 20, concurrency: 1 });
    const webhooks = await Promise.all([0, 1, 2].map((n) => createWebhook('scan_completed', { n })));
    for (const webhook of webhooks) await store.enqueue(createStored({ id: webhook.id, body: webhook.body }));
    query(path, `UPDATE webhook_logs SET ${damage} WHERE id = 2`);
    const handled = vi.fn();
    const receiver = createReceiver({ secret, queue: store }).onAny((_, { id }) => handled(id));
    receiver.start();
    await until(() => {
      expect(handled).toHaveBeenCalledWith(webhooks[0]?.id);
      expect(handled).toHaveBeenCalledWith(webhooks[2]?.id);
    });
    await until(async () => {
      const { deliveries } = await store.list();
      const settled = deliveries.filter(({ key }) => key !== '2');
      expect(settled.map(({ state }) => state)).toEqual(['processed', 'processed']);
    });
    await receiver.close();
  });

  it(`does not keep retention from the rows around it (${damage})`, async () => {
    const { path, store } = await threeOf(damage);
    await store.close();
    const states = ['rejected'] as const;
    open(path, { retention: { maxAge: hour / 2, every: 5, states } });
    await until(() => {
      const left = query(path, 'SELECT id FROM webhook_logs WHERE id <> 2');
      expect(left).toEqual([]);
    });
  });
});

describe.each(['NULL', "'soon'", "x'ff'", '9e999'])('A running row whose lease ends at %s', (end) => {
  it('is taken over after the duration of a lease', async () => {
    const path = temporaryPath();
    const store = open(path, { pollInterval: 20, lease: 50 });
    await store.enqueue(createStored());
    query(
      path,
      `UPDATE webhook_logs SET state = 'running', attempts = 1, due_at = NULL, lease_until = ${end}`,
    );
    const attempts: number[] = [];
    store.start('default', async ({ attempt }) => {
      attempts.push(attempt);
      return { status: 'processed', succeeded: [], failures: [] };
    });
    await until(() => expect(attempts).toEqual([2]));
  });
});
