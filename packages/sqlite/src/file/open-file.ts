import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import BetterSqlite3 from 'better-sqlite3';
import { FileInUseError, StoreError } from '../errors.ts';
import { idOf, isOlder, migrate, rejectUnknownSchema } from '../schema/migrations.ts';
import { createPrivately } from './create-private-file.ts';
import { isInUse } from './in-use.ts';
import { loadBinding } from './native-binding.ts';
import { explain, hintOfKind, isLock, somethingElse } from './open-failure.ts';

/** Milliseconds that opening waits for another process, which may be migrating the file. */
export const openTimeout = 10_000;

/** Milliseconds that a statement waits for another process's lock: none, because waiting would block the event loop. */
export const busyTimeout = 0;

/**
 * The number of pages of 4 KiB in the WAL before a checkpoint. In a larger WAL, more pages are overwritten, so a checkpoint
 * copies fewer pages.
 */
const checkpointPages = 8000;

/**
 * KiB of pages that SQLite keeps in memory. A commit that has split a page of an index visits every page in the cache, which
 * takes longer than reading a page again from the system's cache.
 */
const cacheSize = 8192;

/** The file that is expected at a path. */
export interface ExpectedFile {
  /** Whether the file must exist and contain deliveries. Otherwise, a new file is created if there is none. */
  readonly mustExist: boolean;
  /** The id of the expected file. */
  readonly id?: string | undefined;
}

/**
 * @param timeout the time to wait for locks of other processes, in milliseconds. It blocks the event loop
 * @throws ConfigurationError that says why the file cannot be used
 * @throws StoreError if the file is not the expected one, which is then not changed, or if better-sqlite3 cannot be
 *   loaded
 * @throws SqliteError if the expected file is locked
 */
export function open(path: string, timeout: number, { mustExist, id }: ExpectedFile): BetterSqlite3.Database {
  loadBinding();
  let handle: BetterSqlite3.Database | undefined;
  try {
    rejectTooShort(path);
    if (id === undefined && mustExist) rejectMissing(path);
    if (!mustExist && path !== ':memory:') createPrivately(path);
    // Use an absolute path, because better-sqlite3 would read "file:" as a URI.
    const name = path === ':memory:' ? path : resolve(path);
    handle = new BetterSqlite3(name, { timeout, fileMustExist: mustExist });
    if (id !== undefined && idOf(handle) !== id) throw new StoreError(`${path} ${otherFile}`);
    rejectUnknownSchema(handle, path, mustExist);
    if (id === undefined && mustExist && isOlder(handle)) {
      // A tool must not stop a receiver of an older version, which cannot write a migrated file.
      handle.close();
      if (isInUse(name)) throw new FileInUseError(path);
      handle = new BetterSqlite3(name, { timeout, fileMustExist: true });
    }
    const mode = toWal(handle, performance.now() + timeout);
    if (mode !== 'wal' && path !== ':memory:') {
      throw new ConfigurationError(
        'path',
        `${path} cannot be put into WAL mode, probably because it is on a network file system. Use a file on a local disk.`,
      );
    }
    // The default of better-sqlite3 in WAL mode is NORMAL, which loses the last commits in a power failure.
    handle.pragma('synchronous = FULL');
    handle.pragma(`cache_size = -${cacheSize}`);
    handle.pragma('temp_store = MEMORY');
    handle.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    handle.pragma('journal_size_limit = 67108864');
    migrate(handle);
    if (handle.pragma('synchronous', { simple: true }) !== 2) throw new Error('synchronous is not FULL');
    // SQLite opens a read-only file without an error.
    handle.exec('DELETE FROM webhook_logs WHERE FALSE');
    // Read the id here, so that damage to it is reported as damage to the file.
    if (idOf(handle) === undefined) throw new Error('The file has no id');
    handle.pragma(`busy_timeout = ${busyTimeout}`);
    return handle;
  } catch (error) {
    closeQuietly(handle);
    throw id !== undefined && isLock(error) ? error : toConfigurationError(path, error);
  }
}

const otherFile =
  'is not the file that the store opened: another file or an empty file is in its place. Restore the original file or a backup of it. To use the new file instead, restart the receiver.';

/** If two processes create the same file, SQLite fails at once in one of them, whatever its timeout is. */
function toWal(handle: BetterSqlite3.Database, end: number): unknown {
  for (;;) {
    try {
      return handle.pragma('journal_mode = WAL', { simple: true });
    } catch (error) {
      if (!isLock(error) || performance.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** The size of the smallest database, in bytes. */
export const shortest = 512;

/**
 * SQLite treats a file of one byte as empty and overwrites it. The file is not opened here, because closing it would
 * release the locks of another store in this process: POSIX locks belong to the process.
 */
export function rejectTooShort(path: string): void {
  const stat = path === ':memory:' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  const hint = hintOfKind(path, stat);
  if (hint !== undefined) throw new ConfigurationError('path', `cannot be opened: ${hint}`);
  if (stat.size === 0 || stat.size >= shortest) return;
  throw new ConfigurationError('path', `${path} is too short to be a database. ${somethingElse}`);
}

export function rejectMissing(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  throw new ConfigurationError(
    'path',
    `${path} does not exist. Use the path of the database that the receiver writes.`,
  );
}

function toConfigurationError(path: string, error: unknown): unknown {
  if (error instanceof ConfigurationError || error instanceof StoreError) return error;
  return new ConfigurationError('path', `${path} cannot be opened: ${explain(path, error)}`);
}

export function closeQuietly(handle: BetterSqlite3.Database | undefined): void {
  try {
    handle?.close();
  } catch {
    // The handle is not used again.
  }
}
