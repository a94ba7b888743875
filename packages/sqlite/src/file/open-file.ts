import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import Database from 'better-sqlite3';
import { StoreError } from '../errors.ts';
import { idOf, migrate, refuseUnknown } from '../schema/migrations.ts';
import { createPrivately } from './create-private-file.ts';
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
export function open(path: string, timeout: number, { mustExist, id }: Meant): Database.Database {
  loadBinding();
  let db: Database.Database | undefined;
  try {
    refuseShort(path);
    if (id === undefined && mustExist) refuseMissing(path);
    if (!mustExist && path !== ':memory:') createPrivately(path);
    // Use an absolute path, because better-sqlite3 would read "file:" as a URI.
    db = new Database(path === ':memory:' ? path : resolve(path), { timeout, fileMustExist: mustExist });
    if (id !== undefined && idOf(db) !== id) throw new StoreError(`${path} ${otherFile}`);
    refuseUnknown(db, path, mustExist);
    const mode = toWal(db, performance.now() + timeout);
    if (mode !== 'wal' && path !== ':memory:') {
      throw new ConfigurationError(
        'path',
        `${path} cannot be put into WAL mode. Is it on a network file system?`,
      );
    }
    // Said here and not left to the default: in WAL mode better-sqlite3 runs with NORMAL, which loses the last commits
    // with the power.
    db.pragma('synchronous = FULL');
    db.pragma('cache_size = -65536');
    db.pragma('temp_store = MEMORY');
    db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    db.pragma('journal_size_limit = 67108864');
    migrate(db);
    if (db.pragma('synchronous', { simple: true }) !== 2) throw new Error('synchronous is not FULL');
    // SQLite opens a read-only file without an error.
    db.exec('DELETE FROM webhook_logs WHERE FALSE');
    // Read the id here, so that damage to it is reported as damage to the file.
    if (idOf(db) === undefined) throw new Error('The file has no id');
    db.pragma(`busy_timeout = ${busyTimeout}`);
    return db;
  } catch (error) {
    closeQuietly(db);
    throw id !== undefined && isLock(error) ? error : toConfigurationError(path, error);
  }
}

const otherFile =
  'is not the file that was open: another, or an empty one, is in its place. Put that file or a backup of it back, or restart to go on with this one.';

/** Two that make the same new file meet here, and SQLite lets one of them fail at once, whatever its timeout. */
function toWal(db: Database.Database, end: number): unknown {
  for (;;) {
    try {
      return db.pragma('journal_mode = WAL', { simple: true });
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
export function refuseShort(path: string): void {
  const stat = path === ':memory:' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  const hint = hintOfKind(path, stat);
  if (hint !== undefined) throw new ConfigurationError('path', `cannot be opened: ${hint}`);
  if (stat.size === 0 || stat.size >= shortest) return;
  throw new ConfigurationError('path', `${path} is too short to be a database. ${somethingElse}`);
}

export function refuseMissing(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  throw new ConfigurationError('path', `${path} does not exist. Is it the path that the receiver was given?`);
}

function toConfigurationError(path: string, error: unknown): unknown {
  if (error instanceof ConfigurationError || error instanceof StoreError) return error;
  return new ConfigurationError('path', `${path} cannot be opened: ${explain(path, error)}`);
}

export function closeQuietly(db: Database.Database | undefined): void {
  try {
    db?.close();
  } catch {
    // It is of no more use either way.
  }
}
