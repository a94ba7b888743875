import {
  chmodSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { toHttpResponse } from '@spiderfoot-webhooks/core/adapter';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openStore, type Store } from '../../src/index.ts';
import { python, startPython } from '../support/processes.ts';
import { smallDisk } from '../support/small-disk.ts';
import { open, query, temporaryFolder, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored, createWebhook, secret, type Webhook } from '../support/webhooks.ts';

/** Holds the write lock from the line `lock` on until the line `free`. */
const locker = `
import sys, sqlite3
conn = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=5)
print('ready')
for line in sys.stdin:
    conn.execute('BEGIN IMMEDIATE' if line.strip() == 'lock' else 'COMMIT')
    print(line.strip())
`;

/** Sends new webhooks, and knows which were acknowledged. */
function createSender(receiver: Receiver) {
  const acknowledged: Webhook[] = [];
  return {
    acknowledged,
    async send(webhook?: Webhook) {
      const sent = webhook ?? (await createWebhook('scan_completed', { n: Math.random() }));
      const answer = toHttpResponse(await sent.send(receiver));
      if (answer.status < 300) acknowledged.push(sent);
      return answer;
    },
  };
}

/** Every acknowledged webhook is in the file once, byte for byte. */
function expectAllIn(path: string, acknowledged: readonly Webhook[]): void {
  const rows = query(path, 'SELECT delivery_id AS id, hex(payload) AS body FROM webhook_logs ORDER BY id');
  const sent = acknowledged.map(({ id, body }) => ({ id, body: body.toString('hex').toUpperCase() }));
  expect(rows).toEqual(expect.arrayContaining(sent));
  expect(rows).toHaveLength(new Set(sent.map(({ id }) => id)).size);
  expect(query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
}

/** Whether the event loop turns: the longest time between two of its turns. */
function watchLoop() {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  onTestFinished(() => clearInterval(timer));
  return { longest: () => longest };
}

const unavailable = expect.objectContaining({
  status: 503,
  headers: expect.objectContaining({ 'retry-after': expect.stringMatching(/^[1-9]\d*$/) }),
});

const ports = ['log', 'queue'] as const;
const receive = (port: (typeof ports)[number], store: Store) => createReceiver({ secret, [port]: store });

describe.each(ports)('A %s', (port) => {
  it('rejects deliveries on a full disk until there is space', async ({ skip }) => {
    const disk = smallDisk();
    if (disk === undefined)
      skip('this user may not mount a small disk; the crash tests limit the file in its place');
    const path = join(disk?.folder ?? '', 'webhooks.db');
    const store = openStore(path);
    const receiver = receive(port, store);
    const { send, acknowledged } = createSender(receiver);
    await send();
    disk?.fill();
    await until(async () => expect(await send()).toEqual(unavailable));
    const kept = await createWebhook();
    expect(await send(kept)).toEqual(unavailable);
    // Several in one commit are refused as one is.
    expect(await Promise.all(Array.from({ length: 5 }, () => send()))).toEqual(Array(5).fill(unavailable));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect((await store.list()).deliveries.length).toBeGreaterThan(0);
    disk?.free();
    expect((await send(kept)).status).toBeLessThan(300);
    expect((await send()).status).toBeLessThan(300);
    await receiver.close();
    await store.close();
    const rows = query(path, 'SELECT delivery_id AS id FROM webhook_logs');
    expect(rows).toEqual(expect.arrayContaining(acknowledged.map(({ id }) => ({ id }))));
    expect(query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('waits for the lock of another process without blocking the event loop', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    await send();
    const other = startPython(locker, path);
    await other.says('ready');
    other.tell('lock');
    await other.says('lock');
    const loop = watchLoop();
    let answered = 0;
    const sending = [1, 2, 3].map(() => send().finally(() => answered++));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(answered).toBe(0);
    expect((await store.list()).deliveries).toHaveLength(1);
    other.tell('free');
    for (const { status } of await Promise.all(sending)) expect(status).toBeLessThan(300);
    // The time of an open lock is some hundred milliseconds: a store that waited for it would stand still as long.
    expect(loop.longest()).toBeLessThan(200);
    expectAllIn(path, acknowledged);
  });

  it('rejects a delivery if another process holds its lock too long', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    await send();
    const other = startPython(locker, path);
    await other.says('ready');
    other.tell('lock');
    await other.says('lock');
    const loop = watchLoop();
    const kept = await createWebhook();
    expect(await Promise.all([send(kept), send()])).toEqual([unavailable, unavailable]);
    expect(loop.longest()).toBeLessThan(500);
    other.tell('free');
    await other.says('free');
    expect((await send(kept)).status).toBeLessThan(300);
    expectAllIn(path, acknowledged);
  });

  it('rejects deliveries while its file is missing, and continues when the file is back', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    await send();
    renameSync(path, `${path}.away`);
    expect(await send()).toEqual(unavailable);
    expect(await Promise.all([send(), send()])).toEqual([unavailable, unavailable]);
    await expect(store.list()).rejects.toThrow('is missing or empty');
    expect(() => statSync(path)).toThrow('ENOENT');
    renameSync(`${path}.away`, path);
    expect((await send()).status).toBeLessThan(300);
    expect((await store.list()).deliveries).toHaveLength(2);
    expectAllIn(path, acknowledged);
  });

  it('rejects deliveries after its file and journals are deleted, and continues with a backup', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    await send();
    query(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(path, `${path}.backup`);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`);
    expect(await send()).toEqual(unavailable);
    copyFileSync(`${path}.backup`, path);
    expect((await send()).status).toBeLessThan(300);
    expectAllIn(path, acknowledged);
  });

  it('continues with a backup that replaced its file, and never mixes the two', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    for (let n = 0; n < 20; n++) await send();
    const other = join(temporaryFolder(), 'backup.db');
    query(path, 'VACUUM INTO ?', other);
    const before = [...acknowledged];
    for (let n = 0; n < 60; n++) await send();
    const whole = [...acknowledged];
    // The journal beside it contains the changes that are not in the file yet.
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    renameSync(path, `${path}.before`);
    copyFileSync(other, `${path}.copy`);
    renameSync(`${path}.copy`, path);
    const late = await createWebhook();
    expect((await send(late)).status).toBeLessThan(300);
    expect((await store.list()).deliveries).toHaveLength(21);
    await store.close();
    expectAllIn(path, [...before, late]);
    expectAllIn(`${path}.before`, whole);
  });

  const empty = (other: string) => writeFileSync(other, '');
  const anotherStores = async (other: string) => {
    const store = openStore(other);
    await createSender(receive(port, store)).send();
    await store.close();
  };
  const anotherPrograms = (other: string) => {
    query(other, 'CREATE TABLE accounts (id INTEGER PRIMARY KEY)');
    query(other, 'PRAGMA user_version = 7');
  };

  it.each([
    ['an empty one', empty],
    ["another store's", anotherStores],
    ["another program's", anotherPrograms],
  ])(
    'rejects deliveries while %s has replaced its file, and continues with its own file',
    async (_, make) => {
      const path = temporaryPath();
      const store = open(path);
      const { send, acknowledged } = createSender(receive(port, store));
      for (let n = 0; n < 20; n++) await send();
      const other = join(temporaryFolder(), 'other.db');
      await make(other);
      const bytes = readFileSync(other);
      // Try several times: the store must not forget that it rejected this file, or adopt it.
      for (let round = 0; round < 2; round++) {
        renameSync(path, `${path}.away`);
        copyFileSync(other, `${path}.other`);
        renameSync(`${path}.other`, path);
        expect(await send()).toEqual(unavailable);
        expect(await Promise.all([send(), send()])).toEqual([unavailable, unavailable]);
        await expect(store.list()).rejects.toThrow(expect.objectContaining({ name: 'StoreError' }));
        await expect(store.list()).rejects.toThrow(/backup.*restart/);
        expect(readFileSync(path)).toEqual(bytes);
        renameSync(`${path}.away`, path);
        expect((await send()).status).toBeLessThan(300);
      }
      expect((await store.list()).deliveries).toHaveLength(22);
      expectAllIn(path, acknowledged);
    },
  );

  it('does not start an empty database after its file was emptied', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    for (let n = 0; n < 20; n++) await send();
    query(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const good = readFileSync(path);
    writeFileSync(path, '');
    for (let n = 0; n < 3; n++) expect(await send()).toEqual(unavailable);
    await expect(store.counts()).rejects.toThrow();
    writeFileSync(path, good);
    await until(async () => expect((await send()).status).toBeLessThan(300));
    expectAllIn(path, acknowledged);
  });

  it('acknowledges nothing after its file was emptied, and does not change the journal', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    for (let n = 0; n < 20; n++) await send();
    query(path, 'PRAGMA wal_checkpoint(PASSIVE)');
    const good = readFileSync(path);
    const journal = readFileSync(`${path}-wal`);
    truncateSync(path);
    for (let n = 0; n < 3; n++) expect(await send()).toEqual(unavailable);
    await expect(store.list()).rejects.toThrow('is missing or empty');
    expect(readFileSync(`${path}-wal`)).toEqual(journal);
    writeFileSync(path, good);
    expect((await send()).status).toBeLessThan(300);
    expectAllIn(path, acknowledged);
  });

  it('does not block if the file that replaced its own is locked', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send } = createSender(receive(port, store));
    await send();
    const other = `${path}.other`;
    python("import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE t (x)')", other);
    const holder = startPython(
      `
import sqlite3, sys
conn = sqlite3.connect(sys.argv[1], isolation_level=None)
conn.execute('BEGIN EXCLUSIVE')
print('locked')
sys.stdin.readline()
conn.execute('COMMIT')
print('freed')
sys.stdin.readline()
`,
      other,
    );
    await holder.says('locked');
    renameSync(other, path);
    const loop = watchLoop();
    expect(await send()).toEqual(unavailable);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(loop.longest()).toBeLessThan(1000);
    holder.tell('free');
    await holder.says('freed');
    expect(await send()).toEqual(unavailable);
  });

  it('rejects deliveries while its file is damaged, never creates a new one, and continues after the repair', async () => {
    const path = temporaryPath();
    const store = openStore(path);
    onTestFinished(() => store.close());
    const { send, acknowledged } = createSender(receive(port, store));
    await send();
    query(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const good = readFileSync(path);
    const bad = Buffer.from(good);
    bad.fill(0xa5);
    for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`);
    writeFileSync(`${path}.bad`, bad);
    renameSync(`${path}.bad`, path);
    expect(await send()).toEqual(unavailable);
    expect(await send()).toEqual(unavailable);
    await expect(store.counts()).rejects.toThrow('cannot be opened again');
    expect(readFileSync(path)).toEqual(bad);
    // In place: the same file, with other bytes.
    writeFileSync(path, good);
    expect((await send()).status).toBeLessThan(300);
    expectAllIn(path, acknowledged);
  });

  it('loses nothing if its file is overwritten for a while', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    for (let n = 0; n < 30; n++) await send();
    query(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const good = readFileSync(path);
    writeFileSync(path, Buffer.alloc(good.length, 0x5a));
    // What it still knows of the file it may go on with; what it has to read again is refused.
    for (let n = 0; n < 3; n++) expect([200, 202, 503]).toContain((await send()).status);
    writeFileSync(path, good);
    await until(async () => expect((await send()).status).toBeLessThan(300));
    expectAllIn(path, acknowledged);
  });
});

describe('A queue whose file cannot be written', () => {
  it('remembers the results of its handlers, and writes them when the disk has space', async ({ skip }) => {
    const disk = smallDisk();
    if (disk === undefined) skip('this user may not mount a small disk');
    const path = join(disk?.folder ?? '', 'webhooks.db');
    const errors = vi.fn();
    const store = openStore(path, { logger: { error: errors } });
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const handler = vi.fn(() => finished);
    const receiver = createReceiver({ secret, queue: store }).onAny(handler);
    const { send } = createSender(receiver);
    const webhook = await createWebhook();
    await send(webhook);
    await until(() => expect(handler).toHaveBeenCalledOnce());
    disk?.fill();
    // Past what the journal had left of its last page.
    await until(async () => expect(await send()).toEqual(unavailable));
    finish();
    await until(() => expect(errors).toHaveBeenCalled());
    expect((await store.get(webhook.id))?.state).toBe('running');
    disk?.free();
    await until(async () => expect((await store.get(webhook.id))?.state).toBe('processed'));
    await receiver.close();
    await store.close();
    expect(errors).toHaveBeenCalledWith(
      expect.objectContaining({ path, err: expect.any(Error) }),
      expect.any(String),
    );
  });
});

describe('A file that may only be read', () => {
  it('is rejected when it is opened', async ({ skip }) => {
    const path = temporaryPath();
    await openStore(path).close();
    const folder = dirname(path);
    chmodSync(path, 0o444);
    chmodSync(folder, 0o777);
    const { geteuid, seteuid } = process;
    const isRoot = geteuid?.() === 0;
    if (isRoot && seteuid === undefined) skip('root cannot become another user here');
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(() => openStore(path)).toThrow(expect.objectContaining({ option: 'path' }));
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe('A logger that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no log');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no log'))],
  ])('and %s does not end the process or the workers', async (_, error) => {
    const path = temporaryPath();
    const log = vi.fn(error);
    const store = open(path, { logger: { error: log }, maxAttempts: 1 });
    const other = startPython(locker, path);
    await other.says('ready');
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    store.start('default', async ({ succeeded }) => {
      await finished;
      return { status: 'failed', succeeded, failures: [], error: 'down' };
    });
    const delivery = createStored();
    await store.enqueue(delivery);
    other.tell('lock');
    await other.says('lock');
    finish();
    await until(() => expect(log).toHaveBeenCalled());
    other.tell('free');
    await until(async () => expect((await store.get(delivery.id))?.state).toBe('dead'));
    expect(log).toHaveBeenLastCalledWith(expect.anything(), expect.stringContaining('dead letter'));
  });
});

describe('A store that is closed', () => {
  it('rejects every call with a StoreError', async () => {
    const path = temporaryPath();
    const store = openStore(path, { keepRejections: 1 });
    await store.enqueue(createStored());
    await store.close();
    const asked: readonly (() => unknown)[] = [
      () => store.record({ ...createStored(), state: 'received', attempt: 0, succeeded: [] }),
      () => store.enqueue(createStored()),
      () => store.list(),
      () => store.list({ text: 'a' }),
      () => store.get('1'),
      () => store.counts(),
      () => store.rejections(),
      () => store.replay('1'),
      () => store.replay({}),
      () => store.prune({ keep: 1 }),
      () => store.prune({ before: new Date() }),
      () => store.export('jsonl')[Symbol.asyncIterator]().next(),
      async () => store.start('default', () => Promise.reject(new Error('never called'))),
    ];
    for (const ask of asked) {
      await expect(ask(), ask.toString()).rejects.toMatchObject({
        name: 'StoreError',
        message: expect.stringContaining('store.close()'),
      });
    }
    // The receiver continues to count. The log must not get a line every second.
    const { counts } = await openStore(path).rejections();
    store.recordRejection({
      code: 'invalid_signature',
      endpoint: 'e',
      receivedAt: new Date(),
      ip: undefined,
    });
    expect(counts).toEqual([]);
    await store.close();
  });
});
