import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openError } from '../support/open-error.ts';
import { query, temporaryFolder, temporaryPath } from '../support/temporary-files.ts';

describe('openStore()', () => {
  it.each(['delete', 'wal'])(
    'rejects a file of a newer version with the journal mode %s, and does not change it',
    (mode) => {
      const path = temporaryPath();
      query(path, `PRAGMA journal_mode = ${mode}`);
      query(path, 'CREATE TABLE webhook_logs (id INTEGER PRIMARY KEY, of_the_future TEXT)');
      query(path, 'PRAGMA user_version = 1000');
      const before = readFileSync(path);
      const error = openError(path);
      expect(error.option).toBe('path');
      expect(error.message).toContain('version 1000');
      expect(readFileSync(path)).toEqual(before);
      expect(readdirSync(join(path, '..'))).toEqual(['webhooks.db']);
    },
  );

  it.each([
    ['text', Buffer.from('This file is not a database and must not be changed.\n'.repeat(50))],
    ['one byte', Buffer.from('x')],
    ['a broken SQLite header', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096, 0xff)])],
  ])('rejects a file that is %s, and does not change it', (_, bytes) => {
    const path = temporaryPath();
    writeFileSync(path, bytes);
    const error = openError(path);
    expect(error.option).toBe('path');
    expect(error.message).toContain(path);
    expect(readFileSync(path)).toEqual(bytes);
    expect(readdirSync(join(path, '..'))).toEqual(['webhooks.db']);
  });

  it('rejects a file of another program that uses the same version number, and does not change it', () => {
    const path = temporaryPath();
    query(path, 'CREATE TABLE accounts (id INTEGER PRIMARY KEY)');
    query(path, 'PRAGMA user_version = 1');
    const before = readFileSync(path);
    expect(openError(path).option).toBe('path');
    expect(readFileSync(path)).toEqual(before);
  });

  it('rejects a file in a missing folder, and a folder', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'missing', 'webhooks.db');
    expect(openError(path).message).toMatch(/missing\/webhooks\.db .*folder/);
    mkdirSync(join(folder, 'folder'));
    expect(openError(join(folder, 'folder')).option).toBe('path');
  });

  it('rejects an empty path, and names the option', () => {
    expect(openError('').option).toBe('path');
  });
});
