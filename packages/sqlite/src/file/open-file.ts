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

/** Milliseconds that a statement waits for another process's lock: none, because it would hold up the event loop. */
export const busyTimeout = 0;

/**
 * Pages of 4 KiB. The larger the log before it is folded into the file, the more often a page in it has been written
 * twice.
 */
const checkpointPages = 8000;

/** Which file will do. */
export interface Meant {
  /** Whether it has to be there, with its deliveries; else a new one is made where there is none. */
  readonly mustExist: boolean;
  /** Of the one file that is meant. */
  readonly id?: string | undefined;
}

/**
 * @param timeout milliseconds to wait for other processes' locks; until then the event loop stands still
 * @throws ConfigurationError that says why the file cannot be used
 * @throws StoreError if the file is not the expected one, which is then not changed, or if better-sqlite3 cannot be
 *   loaded
 * @throws SqliteError if the expected file is locked
 */
export function open(path: string, timeout: number, { mustExist, id }: Meant): BetterSqlite3.Database {
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
        `${path} cannot be put into WAL mode. Is it on a network file system?`,
      );
    }
    // Said here and not left to the default: in WAL mode better-sqlite3 runs with NORMAL, which loses the last commits
    // with the power.
    handle.pragma('synchronous = FULL');
    handle.pragma('cache_size = -65536');
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
  'is not the file that was open: another, or an empty one, is in its place. Put that file or a backup of it back, or restart to go on with this one.';

/** Two that make the same new file meet here, and SQLite lets one of them fail at once, whatever its timeout. */
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

/** Bytes: nothing shorter is a database. */
export const shortest = 512;

/**
 * SQLite takes a file of one byte for an empty one, and writes over it. Not opened to look inside: to close it again
 * would free the locks of another store in this process, which POSIX has by file and process.
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
  throw new ConfigurationError('path', `${path} does not exist. Is it the path that the receiver was given?`);
}

function toConfigurationError(path: string, error: unknown): unknown {
  if (error instanceof ConfigurationError || error instanceof StoreError) return error;
  return new ConfigurationError('path', `${path} cannot be opened: ${explain(path, error)}`);
}

export function closeQuietly(handle: BetterSqlite3.Database | undefined): void {
  try {
    handle?.close();
  } catch {
    // It is of no more use either way.
  }
}
