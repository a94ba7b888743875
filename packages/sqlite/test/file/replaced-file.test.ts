import {
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/index.ts';
import { createSender, expectAllIn, ports, receive, unavailable } from '../support/file-faults.ts';
import { open, query, temporaryFolder, temporaryPath, until } from '../support/temporary-files.ts';
import { createWebhook } from '../support/webhooks.ts';

describe.each(ports)('A store whose file is replaced, as a %s', (port) => {
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

  it('rejects deliveries while its file is damaged, creates no new file, and continues after the repair', async () => {
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
    // Restore the bytes in place, without a new inode.
    writeFileSync(path, good);
    expect((await send()).status).toBeLessThan(300);
    expectAllIn(path, acknowledged);
  });

  it('loses no acknowledged delivery if its file is overwritten and then restored', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    for (let n = 0; n < 30; n++) await send();
    query(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const good = readFileSync(path);
    writeFileSync(path, Buffer.alloc(good.length, 0x5a));
    // The store may accept a delivery from its page cache. It rejects one if it has to read the damaged pages.
    for (let n = 0; n < 3; n++) expect([200, 202, 503]).toContain((await send()).status);
    writeFileSync(path, good);
    await until(async () => expect((await send()).status).toBeLessThan(300));
    expectAllIn(path, acknowledged);
  });
});
