import { chmodSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/index.ts';
import { temporaryFolder, temporaryPath } from '../support/temporary-files.ts';

describe('A new database', () => {
  it.each([0o000, 0o022, 0o077, 0o377, 0o777])(
    'has mode 0600, and so have its journals (umask %o)',
    (umask) => {
      const path = temporaryPath();
      const before = process.umask(umask);
      const store = openStore(path);
      process.umask(before);
      onTestFinished(() => store.close());
      const modes = ['', '-wal', '-shm'].map((suffix) => statSync(`${path}${suffix}`).mode & 0o777);
      expect(modes).toEqual([0o600, 0o600, 0o600]);
    },
  );

  it('has mode 0600 behind a symbolic link as well', async () => {
    const folder = temporaryFolder();
    symlinkSync('real.db', join(folder, 'link.db'));
    symlinkSync('link.db', join(folder, 'second.db'));
    await openStore(join(folder, 'second.db')).close();
    expect(statSync(join(folder, 'real.db')).mode & 0o777).toBe(0o600);
  });

  it('keeps the mode that its owner set, and gives it to its journals', async () => {
    const path = temporaryPath();
    writeFileSync(path, '');
    chmodSync(path, 0o640);
    const store = openStore(path);
    const modes = ['', '-wal', '-shm'].map((suffix) => statSync(`${path}${suffix}`).mode & 0o777);
    expect(modes).toEqual([0o640, 0o640, 0o640]);
    await store.close();
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('with a name like a URI is a file of that name', async () => {
    const folder = temporaryFolder();
    const before = process.cwd();
    process.chdir(folder);
    onTestFinished(() => process.chdir(before));
    await openStore('file:w.db').close();
    expect(statSync(join(folder, 'file:w.db')).isFile()).toBe(true);
  });
});
