import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { OutdatedFileError, openStore } from '../../src/index.ts';
import { downgrade } from '../support/older-file.ts';
import { asStranger, attempt } from '../support/open-in-process.ts';
import { startProgram } from '../support/processes.ts';
import { smallDisk } from '../support/small-disk.ts';
import { open, query, temporaryFolder, temporaryPath } from '../support/temporary-files.ts';
import { createStored, createWebhook, secret } from '../support/webhooks.ts';

const readOnly = { readOnly: true } as const;

/** Creates a file with deliveries that no process has open. */
async function settled(path: string, count = 3): Promise<string> {
  const store = openStore(path);
  for (let n = 0; n < count; n++) {
    const body = Buffer.from(JSON.stringify({ event_type: 'scan_completed', name: `word${n} Zürich` }));
    await store.record({ ...createStored({ body }), state: 'failed', attempt: 1, succeeded: [] });
  }
  await store.close();
  return path;
}

/** Creates a file like a killed process leaves it: its latest deliveries are in the write-ahead log. */
async function crashed(path: string): Promise<string> {
  const live = temporaryPath();
  const store = open(live);
  for (let n = 0; n < 3; n++) {
    await store.record({ ...createStored(), state: 'processed', attempt: 1, succeeded: [] });
  }
  for (const suffix of ['', '-wal']) copyFileSync(`${live}${suffix}`, `${path}${suffix}`);
  return path;
}

function filesOf(path: string): readonly string[] {
  return readdirSync(dirname(path)).toSorted();
}

describe('A store with readOnly', () => {
  it('lists, gets, counts, searches and exports without changing the folder', async () => {
    const path = await settled(temporaryPath());
    const before = readFileSync(path);
    const store = open(path, readOnly);
    expect((await store.list()).deliveries.map(({ key }) => Number(key))).toEqual([3, 2, 1]);
    expect(await store.get('2')).toMatchObject({ key: '2', state: 'failed' });
    expect(await store.counts()).toEqual([{ state: 'failed', count: 3 }]);
    expect((await store.list({ text: 'zürich' })).deliveries).toHaveLength(3);
    expect((await store.list({ text: 'word1' })).deliveries.map(({ key }) => Number(key))).toEqual([2]);
    expect((await store.rejections()).counts).toEqual([]);
    let text = '';
    for await (const lines of store.export('jsonl', { text: 'word' })) text += lines;
    expect(text.trimEnd().split('\n')).toHaveLength(3);
    await store.close();
    expect(filesOf(path)).toEqual(['webhooks.db']);
    expect(readFileSync(path)).toEqual(before);
  });

  it('rejects every write with a message that names readOnly', async () => {
    const path = await settled(temporaryPath());
    const store = open(path, readOnly);
    const writes: readonly (() => unknown)[] = [
      () => store.record({ ...createStored(), state: 'received', attempt: 0, succeeded: [] }),
      () => store.enqueue(createStored()),
      () => store.replay('1'),
      () => store.replay({}),
      () => store.prune({ keep: 100 }),
      async () => store.start('default', () => Promise.reject(new Error('never called'))),
    ];
    for (const write of writes) {
      await expect(write(), write.toString()).rejects.toMatchObject({
        name: /replay|prune/.test(write.toString()) ? 'MissingCapabilityError' : 'StoreError',
        message: expect.stringContaining('readOnly'),
      });
    }
    store.recordRejection({
      code: 'invalid_signature',
      endpoint: 'e',
      receivedAt: new Date(),
      ip: undefined,
    });
    await store.close();
    expect((await open(path).list()).deliveries).toHaveLength(3);
  });

  it('needs no write permission for the file or its folder', async ({ skip }) => {
    const stranger = asStranger ?? skip('only root can become another user, with setpriv');
    const path = await settled(temporaryPath());
    chmodSync(dirname(path), 0o555);
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o755);
    expect(attempt({ path, options: readOnly }, stranger)).toEqual({ opened: true, deliveries: 3 });
    expect(filesOf(path)).toEqual(['webhooks.db']);
  });

  it('creates no file beside the database even if its user may do so', async ({ skip }) => {
    const stranger = asStranger ?? skip('only root can become another user, with setpriv');
    const path = await settled(temporaryPath());
    chmodSync(path, 0o644);
    chmodSync(dirname(path), 0o777);
    expect(attempt({ path, options: readOnly }, stranger)).toEqual({ opened: true, deliveries: 3 });
    expect(filesOf(path)).toEqual(['webhooks.db']);
  });

  it('reads a file on a read-only file system', async ({ skip }) => {
    const disk = smallDisk() ?? skip('this user may not mount a small disk');
    const path = await settled(join(disk.folder, 'webhooks.db'));
    disk.remount('ro');
    expect((await open(path, readOnly).list()).deliveries).toHaveLength(3);
  });

  it('reads what a running receiver of another user has just written', async ({ skip }) => {
    const stranger = asStranger ?? skip('only root can become another user, with setpriv');
    const path = temporaryPath();
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    chmodSync(dirname(path), 0o755);
    const store = open(path);
    const receiver = createReceiver({ secret, log: store });
    for (const count of [1, 2, 3]) {
      await (await createWebhook('scan_completed', { count })).send(receiver);
      expect(attempt({ path, options: readOnly }, stranger)).toEqual({ opened: true, deliveries: count });
    }
  });

  it('reads what a killed process has left in its write-ahead log, as the owner', async () => {
    const path = await crashed(temporaryPath());
    expect((await open(path, readOnly).list()).deliveries).toHaveLength(3);
  });

  it('reads what a killed process has left, as another user, without changing the folder', async ({
    skip,
  }) => {
    const stranger = asStranger ?? skip('only root can become another user, with setpriv');
    const path = await crashed(temporaryPath());
    for (const suffix of ['', '-wal']) chmodSync(`${path}${suffix}`, 0o644);
    for (const mode of [0o755, 0o777]) {
      chmodSync(dirname(path), mode);
      expect(attempt({ path, options: readOnly }, stranger)).toEqual({ opened: true, deliveries: 3 });
      expect(filesOf(path)).toEqual(['webhooks.db', 'webhooks.db-wal']);
    }
    chmodSync(`${path}-wal`, 0o600);
    const { message } = attempt({ path, options: readOnly }, stranger);
    expect(message).toMatch(/Permission denied.*may not read .*webhooks\.db-wal/);
  });

  it('reads what a killed process has left with its index, as another user', async ({ skip }) => {
    const stranger = asStranger ?? skip('only root can become another user, with setpriv');
    const path = temporaryPath();
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    chmodSync(dirname(path), 0o755);
    const writer = startProgram({ path, handler: 'succeeds' });
    await writer.waitForLine('opened');
    await open(path).record({ ...createStored(), state: 'failed', attempt: 1, succeeded: [] });
    writer.signal('SIGKILL');
    await writer.end();
    expect(attempt({ path, options: readOnly }, stranger)).toEqual({ opened: true, deliveries: 1 });
    chmodSync(`${path}-shm`, 0o600);
    const { message } = attempt({ path, options: readOnly }, stranger);
    expect(message).toMatch(/Permission denied.*may not read .*webhooks\.db-shm/);
  });

  it('reports that a copy does not fit on the disk for temporary files', async ({ skip }) => {
    const disk = smallDisk() ?? skip('this user may not mount a small disk');
    const path = await settled(join(disk.folder, 'webhooks.db'));
    disk.remount('ro');
    const full = smallDisk() ?? skip('this user may not mount a small disk');
    full.fill();
    vi.stubEnv('TMPDIR', full.folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => openStore(path, readOnly)).toThrow(/TMPDIR/);
    expect(readdirSync(full.folder)).toEqual(['ballast']);
  });

  it('leaves no copy behind', async ({ skip }) => {
    const disk = smallDisk() ?? skip('this user may not mount a small disk');
    const path = await settled(join(disk.folder, 'webhooks.db'));
    disk.remount('ro');
    const folder = temporaryFolder();
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    const store = open(path, readOnly);
    expect((await store.list({ text: 'word1' })).deliveries).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names the owner of a file that another user may not read', async ({ skip }) => {
    const stranger = asStranger ?? skip('only root can become another user, with setpriv');
    const path = await settled(temporaryPath());
    chmodSync(dirname(path), 0o755);
    const { message } = attempt({ path, options: readOnly }, stranger);
    expect(message).toMatch(/Permission denied.*uid 65534.*may not read .*webhooks\.db.*uid 0.*chmod 640/);
  });

  it('sees the writes of a receiver that starts and ends after it was opened', async () => {
    const path = await settled(temporaryPath(), 1);
    const store = open(path, readOnly);
    const count = async () => (await store.list()).deliveries.length;
    expect(await count()).toBe(1);
    for (const expected of [2, 3]) {
      const writer = startProgram({ path, send: 1 });
      await writer.waitForLine('closed');
      await writer.end();
      expect(await count()).toBe(expected);
    }
    const writer = open(path);
    await writer.record({ ...createStored(), state: 'processed', attempt: 1, succeeded: [] });
    expect(await count()).toBe(4);
    expect((await store.list({ text: 'scan_completed' })).deliveries).toHaveLength(4);
    await writer.close();
    expect(await count()).toBe(4);
  });

  it('finds words that the index in the file does not have yet', async () => {
    const path = temporaryPath();
    const writer = open(path);
    const receiver = createReceiver({ secret, log: writer });
    await (await createWebhook('scan_completed', { target: 'Zürich' })).send(receiver);
    const store = open(path, readOnly);
    expect((await store.list({ text: 'Zürich' })).deliveries).toHaveLength(1);
    await (await createWebhook('scan_completed', { target: 'Genève' })).send(receiver);
    expect((await store.list({ text: 'Genève' })).deliveries).toHaveLength(1);
    await writer.list({ text: 'Zürich' });
    expect((await store.list({ text: 'Zürich' })).deliveries).toHaveLength(1);
    expect((await store.list({ text: 'Zürich', limit: 1 })).deliveries).toHaveLength(1);
  });

  it('does not warn about a store that writes the same file', async () => {
    const path = await settled(temporaryPath());
    const warnings: string[] = [];
    const logger = { error: () => {}, warn: (_: object, message: string) => void warnings.push(message) };
    open(path, { logger });
    open(path, { readOnly: true, logger });
    open(path, { readOnly: true, logger });
    expect(warnings).toEqual([]);
  });

  it('throws an OutdatedFileError for a file that must be updated first, and changes no file', async () => {
    const path = await settled(temporaryPath());
    query(path, "INSERT INTO webhook_logs (timestamp, event_type, payload) VALUES ('2026-01-01', 'a', '{}')");
    expect(() => openStore(path, readOnly)).toThrow(OutdatedFileError);
    await openStore(path).list();
    await open(path).list();
    const older = await settled(temporaryPath());
    downgrade(older, 2);
    const before = readFileSync(older);
    expect(() => openStore(older, readOnly)).toThrow(OutdatedFileError);
    expect(readFileSync(older)).toEqual(before);
  });

  it('rejects a missing file and does not create it', () => {
    const path = temporaryPath();
    expect(() => openStore(path, readOnly)).toThrow(expect.objectContaining({ option: 'path' }));
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('cannot be combined with retention', async () => {
    const path = await settled(temporaryPath());
    const options = { readOnly: true, retention: { keep: 1 } };
    expect(() => openStore(path, options)).toThrow(expect.objectContaining({ option: 'retention' }));
  });

  it('fails while the file is missing, and continues after it is restored', async () => {
    const path = await settled(temporaryPath());
    const store = open(path, readOnly);
    copyFileSync(path, `${path}.backup`);
    rmSync(path);
    await expect(store.list()).rejects.toMatchObject({ name: 'StoreError' });
    copyFileSync(`${path}.backup`, path);
    expect((await store.list()).deliveries).toHaveLength(3);
    await store.close();
    await expect(store.list()).rejects.toThrow('store.close()');
    onTestFinished(() => rmSync(`${path}.backup`, { force: true }));
  });
});
