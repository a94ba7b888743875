import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, createReceiver } from '@spiderfoot-webhooks/core';
import { describe, expect, it } from 'vitest';
import { FileInUseError, openStore, type StoreOptions, storeFromEnvironment } from '../../src/index.ts';
import { downgrade, openDatabase } from '../support/older-file.ts';
import { python, startProgram } from '../support/processes.ts';
import { open, query, temporaryFolder, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored, createWebhook, secret } from '../support/webhooks.ts';

/** Rows as the guide's own class writes them. */
const guideRows = `
import sys
from webhook_logger import WebhookLogger
logger = WebhookLogger(sys.argv[1])
logger.log_webhook('scan_completed', '192.0.2.1', {
  'event_type': 'scan_completed', 'data': {'scan_id': 's1', 'target': 'ex\\u00e4mple.com'}})
logger.log_webhook('scan_failed', None, {'data': {'scan_id': 7, 'target': None}}, processed=False, error="it's down")
logger.log_webhook('unknown', '192.0.2.2', {}, processed=False)
logger.log_webhook('finding', '::1', {'data': {'scan_id': 's2', 'score': float('nan')}})
logger.log_webhook('list', '::1', [1, 2])
`;

/** Rows that the class does not write, but that other programs have put into its table. */
const strangeRows = `
import sys, sqlite3
conn = sqlite3.connect(sys.argv[1])
insert = 'INSERT INTO webhook_logs (timestamp, event_type, payload, processed) VALUES (?, ?, ?, ?)'
conn.executemany(insert, [
  ('2024-01-01T12:00:00', 'whole_second', '{}', True),
  ('no time', 'no_time', 'no json', None),
  ('2024-01-01T12:00:00.000999', 'bytes', b'\\xff\\x00{', True),
  ('2024-01-01T12:00:00', 'deep', '[' * 5000, False),
])
conn.commit()
`;

const guideColumns = `id, timestamp, event_type, source_ip, typeof(payload) AS type, hex(payload) AS payload, processed,
  error_message`;
const guideSelect = `SELECT ${guideColumns} FROM webhook_logs ORDER BY id`;

function versionOf(path: string): unknown {
  return query(path, 'PRAGMA user_version')[0];
}

describe('A new file', () => {
  it("has the guide's table with the guide's columns first, and the version", async () => {
    const path = temporaryPath();
    open(path);
    const columns = query(
      path,
      'SELECT name, type, "notnull", dflt_value FROM pragma_table_info(\'webhook_logs\')',
    );
    expect(columns.slice(0, 7)).toEqual([
      { name: 'id', type: 'INTEGER', notnull: 0, dflt_value: null },
      { name: 'timestamp', type: 'TEXT', notnull: 1, dflt_value: null },
      { name: 'event_type', type: 'TEXT', notnull: 1, dflt_value: null },
      { name: 'source_ip', type: 'TEXT', notnull: 0, dflt_value: null },
      { name: 'payload', type: 'TEXT', notnull: 1, dflt_value: null },
      { name: 'processed', type: 'BOOLEAN', notnull: 0, dflt_value: 'FALSE' },
      { name: 'error_message', type: 'TEXT', notnull: 0, dflt_value: null },
    ]);
    expect(versionOf(path)).toEqual({ user_version: 4 });
    expect(query(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  });

  it('may be an empty file that exists already', async () => {
    const path = temporaryPath();
    writeFileSync(path, '');
    const store = open(path);
    await store.enqueue(createStored());
    expect((await store.list()).deliveries).toHaveLength(1);
  });

  it('may be in memory, for tests', async () => {
    const store = open(':memory:');
    expect(await store.enqueue(createStored())).toBe('accepted');
    expect((await store.list()).deliveries).toHaveLength(1);
  });

  it('keeps its deliveries when it is opened again, and by two stores at once', async () => {
    const path = temporaryPath();
    const first = openStore(path);
    await first.enqueue(createStored());
    await first.close();
    const [second, third] = [open(path), open(path)];
    await third.enqueue(createStored());
    expect((await second.list()).deliveries).toHaveLength(2);
  });

  it('can be created by several processes at once', async () => {
    const path = temporaryPath();
    const at = Date.now() + 2000;
    const programs = [1, 2, 3].map(() => startProgram({ path, at, files: 20, send: 5 }));
    await Promise.all(programs.map((program) => program.waitForLine('closed')));
    expect(query(path, 'SELECT state, count(*) AS count FROM webhook_logs GROUP BY 1')).toEqual([
      { state: 'processed', count: 15 },
    ]);
    expect(query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });
});

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

describe('A file of version 1', () => {
  it('is migrated in place, and failed attempts count as failures', async () => {
    const path = temporaryPath();
    await openStore(path).close();
    downgrade(path, 1);
    for (const [state, attempts] of Object.entries({ queued: 3, running: 3, dead: 10, processed: 2 })) {
      query(
        path,
        `INSERT INTO webhook_logs (timestamp, event_type, payload, delivery_id, endpoint, state, attempts, received_at)
         VALUES ('2024-01-01T12:00:00', 'a', '{}', ?, 'default', ?, ?, 1)`,
        ...[state, state, attempts],
      );
    }
    const before = query(path, guideSelect);
    const store = open(path);
    expect(versionOf(path)).toEqual({ user_version: 4 });
    expect(query(path, guideSelect)).toEqual(before);
    const { deliveries } = await store.list();
    expect(deliveries.map(({ id, attempts, failures }) => [id, attempts, failures])).toEqual([
      ['processed', 2, 0],
      ['dead', 10, 10],
      ['running', 3, 2],
      ['queued', 3, 3],
    ]);
    expect(query(path, 'SELECT length(id) AS length FROM webhook_file')).toEqual([{ length: 32 }]);
    await store.close();
    // A process that still has it open sees the same file.
    const id = query(path, 'SELECT id FROM webhook_file');
    await openStore(path).close();
    expect(query(path, 'SELECT id FROM webhook_file')).toEqual(id);
  });
});

describe('A file of version 3', () => {
  /** A file with one row, whose columns `next_attempt` and `lease` have the values that version 3 wrote. */
  async function fileWith(state: string, nextAttempt: number | null, lease: string | null) {
    const path = temporaryPath();
    const store = openStore(path);
    const delivery = createStored();
    await store.enqueue(delivery);
    await store.close();
    downgrade(path, 3);
    query(path, 'UPDATE webhook_logs SET state = ?, next_attempt = ?, lease = ?', state, nextAttempt, lease);
    return { path, id: delivery.id };
  }

  const columns = 'due_at, requested_wait, lease_owner, lease_until, lease_duration';
  const none = { requested_wait: null, lease_owner: null, lease_until: null, lease_duration: null };

  it.each([
    ['queued', 5000, null, { ...none, due_at: 5000 }],
    ['queued', 5000, '600000', { ...none, due_at: 5000, requested_wait: 600_000 }],
    [
      'running',
      5000,
      '30000-6f1e',
      { ...none, due_at: null, lease_owner: '30000-6f1e', lease_until: 5000, lease_duration: 30_000 },
    ],
    [
      'received',
      null,
      '35000 5000 boot/pid:[1] 77 12 store',
      {
        ...{ due_at: null, requested_wait: null, lease_owner: 'boot/pid:[1] 77 12 store' },
        ...{ lease_until: 35_000, lease_duration: 30_000 },
      },
    ],
    ['received', null, null, { ...none, due_at: null }],
    ['processed', null, null, { ...none, due_at: null }],
  ])(
    'gets separate columns for its lease and its due time: %s, %s, %s',
    async (state, nextAttempt, lease, cells) => {
      const { path } = await fileWith(state, nextAttempt, lease);
      await openStore(path).close();
      expect(versionOf(path)).toEqual({ user_version: 4 });
      expect(query(path, `SELECT ${columns} FROM webhook_logs`)).toEqual([cells]);
    },
  );

  it('has the delivery of a lost process taken over, and keeps its counts of rejections', async () => {
    const { path, id } = await fileWith('running', 5000, '30000-6f1e');
    query(path, "INSERT INTO webhook_refusals VALUES (1, 'default', 'invalid_signature', 7)");
    const store = open(path);
    expect((await store.rejections()).counts).toMatchObject([{ code: 'invalid_signature', count: 7 }]);
    store.start('default', async () => ({ status: 'processed', succeeded: [], failures: [] }));
    await until(async () => expect(await store.get(id)).toMatchObject({ state: 'processed', failures: 1 }));
  });

  it("accepts rows of the guide's logger as before", async () => {
    const { path } = await fileWith('queued', 0, null);
    python(guideRows, path);
    expect((await open(path).list()).deliveries).toHaveLength(6);
    python(guideRows, path);
  });
});

describe('A file of an older version that another connection has open', () => {
  it.each([1, 2, 3] as const)(
    'of version %i is not migrated with mustExist until that is closed',
    async (version) => {
      const path = temporaryPath();
      await openStore(path).close();
      downgrade(path, version);
      const other = openDatabase(path);
      expect(() => openStore(path, { mustExist: true })).toThrow(FileInUseError);
      expect(other.version()).toBe(version);
      other.close();
      await openStore(path, { mustExist: true }).close();
      expect(query(path, 'PRAGMA user_version')).toEqual([{ user_version: 4 }]);
    },
  );

  it('is migrated by a receiver, which opens it without mustExist', async () => {
    const path = temporaryPath();
    await openStore(path).close();
    downgrade(path, 3);
    const other = openDatabase(path);
    await openStore(path).close();
    expect(other.version()).toBe(4);
    other.close();
  });
});

describe('A file that cannot be used', () => {
  const refusal = (path: string, options?: StoreOptions) => {
    try {
      openStore(path, options);
    } catch (error) {
      if (error instanceof ConfigurationError) return error;
      throw error;
    }
    throw new Error('It was opened');
  };

  it.each(['delete', 'wal'])('is of a newer version, and is not changed (%s)', (mode) => {
    const path = temporaryPath();
    query(path, `PRAGMA journal_mode = ${mode}`);
    query(path, 'CREATE TABLE webhook_logs (id INTEGER PRIMARY KEY, of_the_future TEXT)');
    query(path, 'PRAGMA user_version = 5');
    const before = readFileSync(path);
    const error = refusal(path);
    expect(error.option).toBe('path');
    expect(error.message).toContain('version 5');
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(join(path, '..'))).toEqual(['webhooks.db']);
  });

  it.each([
    ['text', Buffer.from('This file is not a database and must not be changed.\n'.repeat(50))],
    ['a few bytes', Buffer.from('x')],
    ['a broken head', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096, 0xff)])],
  ])('is %s, and is not changed', (_, bytes) => {
    const path = temporaryPath();
    writeFileSync(path, bytes);
    const error = refusal(path);
    expect(error.option).toBe('path');
    expect(error.message).toContain(path);
    expect(readFileSync(path)).toEqual(bytes);
    expect(readdirSync(join(path, '..'))).toEqual(['webhooks.db']);
  });

  it('belongs to another program that uses the same version number', () => {
    const path = temporaryPath();
    query(path, 'CREATE TABLE accounts (id INTEGER PRIMARY KEY)');
    query(path, 'PRAGMA user_version = 1');
    const before = readFileSync(path);
    expect(refusal(path).option).toBe('path');
    expect(readFileSync(path)).toEqual(before);
  });

  it('is in a missing folder, or is a folder itself', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'missing', 'webhooks.db');
    expect(refusal(path).message).toMatch(/missing\/webhooks\.db .*folder/);
    mkdirSync(join(folder, 'folder'));
    expect(refusal(join(folder, 'folder')).option).toBe('path');
  });

  it.each<[string, Record<string, unknown>]>([
    ['concurency', { concurency: 1 }],
    ['concurrency', { concurrency: 0 }],
    ['concurrency', { concurrency: 1.5 }],
    ['maxAttempts', { maxAttempts: 2.5 }],
    ['maxAttempts', { maxAttempts: 0 }],
    ['baseDelay', { baseDelay: -1 }],
    ['maxDelay', { maxDelay: Number.POSITIVE_INFINITY }],
    ['lease', { lease: '30' }],
    ['pollInterval', { pollInterval: 2 ** 31 }],
    ['closeTimeout', { closeTimeout: Number.NaN }],
    ['keepRejections', { keepRejections: 0.5 }],
    ['logger', { logger: {} }],
    ['retention', { retention: {} }],
    ['retention', { retention: { every: 1 } }],
    ['retention.maxAge', { retention: { maxAge: 0 } }],
    ['retention.maxAge', { retention: { maxAge: Number.POSITIVE_INFINITY } }],
    ['retention.keep', { retention: { keep: 1.5 } }],
    ['retention.every', { retention: { keep: 1, every: 2 ** 31 } }],
    ['retention.states', { retention: { keep: 1, states: ['queued'] } }],
    ['retention.age', { retention: { keep: 1, age: 1 } }],
  ])('throws an error that names the invalid option %s', (option, options) => {
    const path = temporaryPath();
    expect(refusal(path, options).option).toBe(option);
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  it.each([
    ...['maxAttempts', 'baseDelay', 'maxDelay', 'concurrency', 'lease', 'pollInterval', 'closeTimeout'],
    ...['keepRejections', 'retention', 'mustExist', 'readOnly', 'logger'],
  ])('uses the default if %s is undefined', async (option) => {
    const opened = Reflect.apply(openStore, undefined, [temporaryPath(), { [option]: undefined }]);
    await opened.close();
  });

  it('throws an error that names the missing path', () => {
    expect(refusal('').option).toBe('path');
  });
});

describe('The environment', () => {
  const path = 'SPIDERFOOT_WEBHOOK_DB';
  const mode = 'SPIDERFOOT_WEBHOOK_MODE';

  it('opens no store without a path', async () => {
    for (const env of [{}, { [path]: '' }, { [mode]: 'inline' }, { [mode]: '' }]) {
      const stored = storeFromEnvironment({}, env);
      expect(stored).toMatchObject({ options: {}, store: undefined });
      await stored.close();
    }
  });

  it.each([
    [undefined, 'log'],
    ['', 'log'],
    ['inline', 'log'],
    ['queued', 'queue'],
  ])('opens the store for the mode %s as the %s', async (value, port) => {
    const { options, store, close } = storeFromEnvironment({}, { [path]: temporaryPath(), [mode]: value });
    expect(Object.entries(options)).toEqual([[port, store]]);
    await close();
  });

  it('throws an error that names the variable for a wrong mode, or a queue without a path', () => {
    for (const env of [{ [mode]: 'queue' }, { [mode]: 'queued' }]) {
      expect(() => storeFromEnvironment({}, env)).toThrow(expect.objectContaining({ option: mode }));
    }
  });
});
