import { readFileSync } from 'node:fs';
import { ConfigurationError, createReceiver } from '@spiderfoot-webhooks/core';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/index.ts';
import { guideRows, guideSelect, strangeRows, versionOf } from '../support/guide-file.ts';
import { python } from '../support/processes.ts';
import { open, query, temporaryPath } from '../support/temporary-files.ts';
import { createStored, createWebhook, secret } from '../support/webhooks.ts';

describe("A file of the guide's logger", () => {
  it('is migrated in place, and every row keeps its bytes and its meaning', async () => {
    const path = temporaryPath();
    python(guideRows, path);
    const before = query(path, guideSelect);
    const started = Date.now();
    const store = open(path);
    expect(query(path, guideSelect)).toEqual(before);
    const { deliveries } = await store.list();
    expect(deliveries.map(({ key }) => Number(key))).toEqual([5, 4, 3, 2, 1]);
    const [, , , second, first] = deliveries;
    expect(first).toMatchObject({
      ...{
        id: undefined,
        endpoint: undefined,
        eventType: 'scan_completed',
        ip: '192.0.2.1',
        state: 'processed',
      },
      ...{ scanId: 's1', target: 'exämple.com', error: undefined, attempts: 0, handlers: [], issues: [] },
    });
    expect(second).toMatchObject({
      ...{ eventType: 'scan_failed', ip: undefined, state: 'failed', error: "it's down" },
      ...{ scanId: undefined, target: undefined },
    });
    for (const { receivedAt } of deliveries) {
      expect(Math.abs(receivedAt.getTime() - started)).toBeLessThan(60_000);
    }
    expect(await store.counts()).toEqual([
      { state: 'failed', count: 2 },
      { state: 'processed', count: 3 },
    ]);
    expect((await store.get('1'))?.body.toString()).toContain('"ex\\u00e4mple.com"');
    expect((await store.list({ scanId: 's1' })).deliveries).toHaveLength(1);
    expect((await store.list({ target: 'exämple.com', text: 'scan_completed' })).deliveries).toHaveLength(1);
  });

  it('may contain invalid JSON, bytes, and invalid times', async () => {
    const path = temporaryPath();
    python(guideRows, path);
    python(strangeRows, path);
    const before = query(path, guideSelect);
    const started = Date.now();
    const store = open(path);
    expect(query(path, guideSelect)).toEqual(before);
    const { deliveries } = await store.list();
    expect(deliveries).toHaveLength(9);
    const byType = new Map(deliveries.map((delivery) => [delivery.eventType, delivery]));
    expect(byType.get('whole_second')?.receivedAt).toEqual(new Date('2024-01-01T12:00:00Z'));
    expect(byType.get('bytes')?.receivedAt).toEqual(new Date('2024-01-01T12:00:00.001Z'));
    expect(byType.get('no_time')?.receivedAt.getTime()).toBeGreaterThan(started - 1000);
    expect(byType.get('no_time')?.state).toBe('failed');
    expect((await store.get(byType.get('bytes')?.key ?? ''))?.body).toEqual(Buffer.from([0xff, 0, 0x7b]));
  });

  it('is rejected and not changed if its columns differ', () => {
    const path = temporaryPath();
    query(path, 'CREATE TABLE webhook_logs (id INTEGER PRIMARY KEY, what TEXT)');
    const before = readFileSync(path);
    expect(() => openStore(path)).toThrow(ConfigurationError);
    expect(query(path, "SELECT name FROM pragma_table_info('webhook_logs')")).toEqual([
      { name: 'id' },
      { name: 'what' },
    ]);
    expect(versionOf(path)).toEqual({ user_version: 0 });
    expect(readFileSync(path).length).toBe(before.length);
  });

  it("accepts rows of the guide's logger while it is open, and shows them everywhere", async () => {
    const path = temporaryPath();
    const store = open(path);
    await store.enqueue(createStored());
    python(guideRows, path);
    expect(await store.counts({ by: ['eventType'] })).toEqual([
      { eventType: 'finding', count: 1 },
      { eventType: 'list', count: 1 },
      { eventType: 'scan_completed', count: 2 },
      { eventType: 'scan_failed', count: 1 },
      { eventType: 'unknown', count: 1 },
    ]);
    python(guideRows, path);
    const { deliveries } = await store.list({ scanId: 's1' });
    expect(deliveries).toMatchObject([{ state: 'processed' }, { state: 'processed' }]);
    const types: string[] = [];
    for await (const chunk of store.export('jsonl', { state: 'failed' })) {
      for (const line of chunk.trimEnd().split('\n')) types.push(JSON.parse(line).eventType);
    }
    expect(types).toEqual(['unknown', 'scan_failed', 'unknown', 'scan_failed']);
    expect((await store.get('2'))?.target).toBe('exämple.com');
    expect((await store.list({ text: 'ex\\u00e4mple.com' })).deliveries).toHaveLength(2);
    expect((await store.list({ text: 'exämple.com' })).deliveries).toHaveLength(2);
  });

  it('is pruned even if its new rows were never read', async () => {
    const path = temporaryPath();
    const store = open(path);
    python(guideRows, path);
    expect(await store.prune({ keep: 1 })).toBe(2);
    expect((await store.list()).deliveries.map(({ eventType: type }) => type)).toEqual([
      'list',
      'unknown',
      'scan_failed',
    ]);
  });

  it('accepts new deliveries beside its rows', async () => {
    const path = temporaryPath();
    python(guideRows, path);
    const store = open(path);
    const receiver = createReceiver({ secret, log: store });
    const { send, id } = await createWebhook();
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(await store.get(id)).toMatchObject({ key: '6', state: 'processed' });
  });
});
