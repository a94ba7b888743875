import { randomBytes } from 'node:crypto';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { deliveryJson } from '@spiderfoot-webhooks/core/stores';
import { expect, it } from 'vitest';
import { describeWithPostgres, openTestStore, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();

const texts: Readonly<Record<string, string>> = {
  NUL: 'a\0b\0',
  'the escape character': '\u001a0\u001a1\0\u001a',
  quotes: `"'\\{},NULL`,
  'the text null': 'NULL',
  'an empty text': '',
  'line breaks and escapes': '\r\n\t\u001b[31m\u0085\u2028',
  emoji: '\u{1f512}\u{10ffff}',
  SQL: `'); DROP SCHEMA spiderfoot CASCADE; --`,
  'a long text': `${'x'.repeat(300)}${'\u{1f512}'.repeat(20_000)}`,
};

describeWithPostgres('A PostgreSQL store with hostile data', () => {
  it.each(Object.entries(texts))('keeps %s in every text, and finds it by a filter', async (_, text) => {
    const store = openTestStore(database.connectionString);
    const issues = [{ path: text, message: text }];
    const fields = { ip: text, eventType: text || 'unknown', scanId: text, target: text };
    const delivery = createStored(fields);
    const failures = [{ handler: text, error: text }];
    await store.record({
      ...delivery,
      state: 'failed',
      attempt: 1,
      succeeded: [],
      error: text,
      failures,
      issues,
    });
    const handlers = [{ name: text, succeeded: false, attempts: 1, error: text }];
    const found = await store.get(delivery.id);
    const eventType = fields.eventType.slice(0, 400);
    expect(found).toMatchObject({ ...fields, eventType, error: text, issues, handlers });
    for (const filter of text.trim() === '' ? [] : [{ target: text }, { scanId: ['other', text] }]) {
      expect((await store.list(filter)).deliveries.map(({ id }) => id)).toEqual([delivery.id]);
    }
    let exported = '';
    for await (const lines of store.export('jsonl')) exported += lines;
    expect(exported.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(exported)).toEqual(JSON.parse(JSON.stringify(found && deliveryJson(found))));
  });

  it('stores a delivery whose event type is longer than an index allows, and finds it by that type', async () => {
    const store = openTestStore(database.connectionString);
    const eventType = randomBytes(50_000).toString('base64');
    const delivery = createStored({ eventType });
    expect(await store.enqueue(delivery)).toBe('accepted');
    expect((await store.list({ eventType })).deliveries.map(({ id }) => id)).toEqual([delivery.id]);
  });

  it('does not confuse a NUL with its written form', async () => {
    const store = openTestStore(database.connectionString);
    for (const target of ['\0', '\u001a0', '\u001a', '\u001a1']) {
      await store.enqueue(createStored({ target }));
      expect((await store.list({ target })).deliveries.map((one) => one.target)).toEqual([target]);
    }
  });

  it.each([0, 1, 1_048_576])('keeps every byte of a body of %d bytes', async (size) => {
    const store = openTestStore(database.connectionString);
    const bodies = Array.from({ length: 3 }, (_, n) => Buffer.alloc(size, Buffer.from([0, 255, n, 39, 92])));
    const deliveries = bodies.map((body) => createStored({ body }));
    await Promise.all(deliveries.map((delivery) => store.enqueue(delivery)));
    for (const { id, body } of deliveries) {
      expect(Buffer.compare((await store.get(id))?.body ?? Buffer.from('missing'), body)).toBe(0);
    }
  });

  it('stores a delivery of an endpoint with the longest name that createReceiver() allows', async () => {
    const store = openTestStore(database.connectionString);
    const endpoint = '\u{10ffff}'.repeat(100);
    createReceiver({ secret: 'endpoint-s3cret', endpoint });
    const delivery = createStored({ endpoint });
    expect(await store.enqueue(delivery)).toBe('accepted');
    expect(await store.get(delivery.id, endpoint)).toMatchObject({ id: delivery.id, endpoint });
  });

  it('stores the other deliveries of a batch if one of them cannot be stored', async () => {
    const store = openTestStore(database.connectionString);
    const bad = createStored({ endpoint: Array.from({ length: 20_000 }, () => Math.random()).join() });
    const good = Array.from({ length: 5 }, () => createStored());
    const results = await Promise.allSettled([...good, bad].map((delivery) => store.enqueue(delivery)));
    expect(results.map(({ status }) => status)).toEqual([...good.map(() => 'fulfilled'), 'rejected']);
    expect(await store.enqueue(createStored())).toBe('accepted');
  });

  it.each([-1e15, 8.64e15, -62_135_596_800_000])('keeps a delivery that was received at %d', async (time) => {
    const store = openTestStore(database.connectionString);
    const delivery = createStored({ receivedAt: new Date(time) });
    expect(await store.enqueue(delivery)).toBe('accepted');
    const { deliveries, cursor } = await store.list({ limit: 1 });
    expect(deliveries.map(({ id }) => id)).toEqual([delivery.id]);
    expect((await store.list({ cursor })).deliveries).toEqual([]);
  });
});
