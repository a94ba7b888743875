import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Receiver, temporaryFolder } from './receivers.ts';

/** A folder for a database, on a disk that can run out of space. */
export interface Disk {
  readonly folder: string;
  fill(receiver: Receiver): void;
  free(receiver: Receiver): void;
}

/** A new file system in memory. `undefined` if this user may not mount one. @param megabytes its size */
export function smallFileSystem(megabytes = 64): Disk | undefined {
  const folder = join(temporaryFolder(), 'small');
  mkdirSync(folder);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).status !== 0)
    return undefined;
  // A lazy unmount, because the receiver with files there may not have exited yet.
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  const ballast = join(folder, 'ballast');
  return { folder, fill: () => fillUp(ballast), free: () => rmSync(ballast) };
}

function fillUp(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const size of [1 << 20, 1 << 12]) {
      const block = Buffer.alloc(size);
      while (writes(file, block));
    }
  } finally {
    closeSync(file);
  }
}

function writes(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch {
    return false;
  }
}

/** A limit on the file size of a process, which every user may set. SQLite sees it as an I/O error of the disk. */
export function fileLimit(): Disk {
  const folder = temporaryFolder();
  const limit = (receiver: Receiver, size: number | 'unlimited') => {
    const { status, stderr } = spawnSync('prlimit', ['--pid', String(receiver.pid), `--fsize=${size}:`]);
    if (status !== 0) throw new Error(`prlimit: ${stderr}`);
  };
  return {
    folder,
    // The limit exceeds the size of the test's journal, so that writes to the journal do not fail.
    fill: (receiver) =>
      limit(receiver, Math.max(2 ** 20, statSync(join(folder, 'webhooks.db-wal')).size) + 2 ** 16),
    free: (receiver) => limit(receiver, 'unlimited'),
  };
}
