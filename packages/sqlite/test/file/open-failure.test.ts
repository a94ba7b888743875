import { chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/index.ts';
import { openError } from '../support/open-error.ts';
import { asStranger, attempt } from '../support/open-in-process.ts';
import { smallDisk } from '../support/small-disk.ts';
import { query, temporaryFolder, temporaryPath } from '../support/temporary-files.ts';

/** Return the message of the ConfigurationError that openStore() throws for a path. */
function messageOf(path: string): string {
  const { option, message } = openError(path);
  expect(option).toBe('path');
  return message;
}

/** Matches any message except the general hint, which no cause here should get. */
const general = /^(?!.*Check that .* exists, and that this process may read and write there)/s;

describe('openStore says what to do about', () => {
  it('a full disk, where it cannot create the database', ({ skip }) => {
    const disk = smallDisk() ?? skip('this user may not mount a small disk');
    disk.fill();
    const message = messageOf(join(disk.folder, 'webhooks.db'));
    expect(message).toMatch(/disk is full.*Free some space/);
    expect(message).toMatch(general);
  });

  it('a disk without free inodes', ({ skip }) => {
    const disk = smallDisk('nr_inodes=4') ?? skip('this user may not mount a small disk');
    for (const name of ['a', 'b', 'c']) writeFileSync(join(disk.folder, name), '');
    expect(messageOf(join(disk.folder, 'webhooks.db'))).toMatch(/disk is full.*inodes/);
  });

  it('an input/output error, here from a limit on file sizes', () => {
    const path = temporaryPath();
    const limited = ['bash', '-c', 'trap "" XFSZ; ulimit -f 2; exec "$@"', 'bash'];
    const { name, option, message } = attempt({ path }, limited);
    expect({ name, option }).toEqual({ name: 'ConfigurationError', option: 'path' });
    expect(message).toMatch(/disk I\/O error.*ulimit -f/);
  });

  it('a read-only file system', ({ skip }) => {
    const disk = smallDisk() ?? skip('this user may not mount a small disk');
    const path = join(disk.folder, 'webhooks.db');
    query(path, 'CREATE TABLE t (x)');
    disk.remount('ro');
    expect(messageOf(path)).toMatch(/read-only file system/);
    expect(messageOf(join(disk.folder, 'new.db'))).toMatch(/read-only file system/);
  });

  it('a missing permission, with the user and the path', async ({ skip }) => {
    const stranger = asStranger ?? skip('only root can become another user, with setpriv');
    const path = temporaryPath();
    await openStore(path).close();
    const folder = dirname(path);
    chmodSync(folder, 0o755);
    const own = attempt({ path }, stranger);
    expect(own).toMatchObject({ name: 'ConfigurationError', option: 'path' });
    expect(own.message).toMatch(/Permission denied.*uid 65534.*webhooks\.db/);
    chmodSync(path, 0o666);
    expect(attempt({ path }, stranger).message).toMatch(/Permission denied.*-wal and -shm/);
    const made = attempt({ path: join(folder, 'new.db') }, stranger);
    expect(made.message).toMatch(/Permission denied.*create the database/);
    chmodSync(folder, 0o777);
    writeFileSync(`${path}-wal`, '', { mode: 0o600 });
    expect(attempt({ path }, stranger).message).toMatch(/Permission denied.*webhooks\.db-wal/);
  });

  it('a file that this user may read but not write', async ({ skip }) => {
    if (process.geteuid?.() === 0 && asStranger === undefined)
      skip('root cannot become another user, with setpriv');
    const path = temporaryPath();
    await openStore(path).close();
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o777);
    expect(attempt({ path }, asStranger)).toMatchObject({ name: 'ConfigurationError', option: 'path' });
  });

  it('a folder that is missing, or is a file', () => {
    const folder = temporaryFolder();
    expect(messageOf(join(folder, 'missing', 'webhooks.db'))).toMatch(/folder .*missing does not exist/);
    writeFileSync(join(folder, 'file'), '');
    expect(messageOf(join(folder, 'file', 'webhooks.db'))).toMatch(/file is not a folder/);
  });

  it('a path that is a folder or a device', () => {
    const folder = temporaryFolder();
    expect(messageOf(folder)).toMatch(/is a folder. Add a file name/);
    expect(messageOf('/dev/null')).toMatch(/not a regular file/);
  });

  it('a symbolic link into a folder that is missing, and a loop of them', () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, 'missing', 'a.db'), join(folder, 'link.db'));
    expect(messageOf(join(folder, 'link.db'))).toMatch(/symbolic link to .*missing\/a\.db/);
    symlinkSync(join(folder, 'loop.db'), join(folder, 'loop.db'));
    expect(messageOf(join(folder, 'loop.db'))).toMatch(/symbolic link/);
  });

  it('a path that is too long, or ends with white space', () => {
    expect(messageOf(join(temporaryFolder(), 'x'.repeat(300)))).toMatch(/too long/);
    expect(messageOf(`${temporaryPath()}\n`)).toMatch(/white space/);
  });

  it('too many open files', () => {
    const limited = ['bash', '-c', 'ulimit -n 256; exec "$@"', 'bash'];
    const path = temporaryPath();
    expect(attempt({ path, exhaustFiles: true }, limited).message).toMatch(/too many open files.*ulimit -n/);
    query(path, 'CREATE TABLE t (x)');
    expect(attempt({ path, exhaustFiles: true }, limited).message).toMatch(/too many open files.*ulimit -n/);
  });

  it('a damaged file', async () => {
    const path = temporaryPath();
    await openStore(path).close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096);
    writeFileSync(path, bytes);
    expect(messageOf(path)).toMatch(/damaged.*backup/);
  });
});

const guideTable = (columns: string) =>
  `CREATE TABLE webhook_logs (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, event_type TEXT NOT NULL,
     source_ip TEXT, payload TEXT NOT NULL, processed BOOLEAN DEFAULT FALSE, error_message TEXT${columns})`;

describe('openStore rejects a table webhook_logs of another program without changing it,', () => {
  it.each([
    [
      'with other columns',
      ['CREATE TABLE webhook_logs (id INTEGER PRIMARY KEY, body TEXT)'],
      'lacks the columns timestamp, event_type',
    ],
    ['with columns like ours', [guideTable(', state TEXT, lease TEXT')], 'columns state, lease of its own'],
    ['with a column that must have a value', [guideTable(', tenant TEXT NOT NULL')], 'tenant require values'],
    [
      'with another key',
      [guideTable('').replace('INTEGER PRIMARY KEY AUTOINCREMENT', 'TEXT PRIMARY KEY')],
      'primary key',
    ],
    [
      'that is a view',
      ['CREATE TABLE t (id)', 'CREATE VIEW webhook_logs AS SELECT * FROM t'],
      'not an ordinary table',
    ],
    [
      'beside another table that we need',
      [guideTable(''), 'CREATE TABLE webhook_rejections (x)'],
      'webhook_rejections',
    ],
    [
      'with a version like ours',
      [guideTable(''), 'PRAGMA user_version = 2'],
      'lacks the columns delivery_id, endpoint',
    ],
  ])('%s', (_, statements, difference) => {
    const path = temporaryPath();
    for (const sql of statements) query(path, sql);
    const before = readFileSync(path);
    const message = messageOf(path);
    expect(message).toContain(difference);
    expect(message).toContain('Choose another file');
    expect(readFileSync(path)).toEqual(before);
  });

  it('but accepts a table with an additional column that may be empty', async () => {
    const path = temporaryPath();
    query(path, guideTable(", note TEXT, kind TEXT NOT NULL DEFAULT ''"));
    await openStore(path).close();
  });
});
