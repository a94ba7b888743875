import { statSync } from 'node:fs';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import Database from 'better-sqlite3';
import { StoreError } from './errors.ts';
import { requireSupportedNode } from './node-version.ts';
import { idOf, migrate, refuseUnknown } from './schema.ts';

/** Milliseconds that opening waits for another process, which may be migrating the file. */
export const openTimeout = 10_000;

/** Milliseconds that a statement waits for another process's lock: none, because it would hold up the event loop. */
export const busyTimeout = 0;

/** Pages of 4 KiB. The larger the log before it is folded into the file, the more often a page in it has been written twice. */
const checkpointPages = 8000;

/** SQLite's own code of an error, such as `SQLITE_BUSY`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

/** Whether another process's lock was met. */
export function isLock(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
}

/** Which file will do. */
export interface Meant {
  /** Whether it has to be there, with its deliveries; else a new one is made where there is none. */
  readonly mustExist: boolean;
  /** Of the one file that is meant. */
  readonly id?: string | undefined;
}

/**
 * @param timeout milliseconds to wait for other processes' locks; until then the event loop stands still
 * @throws ConfigurationError where the file cannot be used, with the reason
 * @throws StoreError where it is not the one that is meant; it is not touched
 * @throws SqliteError where that one is locked
 */
export function open(path: string, timeout: number, { mustExist, id }: Meant): Database.Database {
  requireSupportedNode(process.versions.node);
  let db: Database.Database | undefined;
  try {
    refuseShort(path);
    if (id === undefined && mustExist) refuseMissing(path);
    db = new Database(path, { timeout, fileMustExist: mustExist });
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
    // A file that can only be read opens without a word.
    db.exec('DELETE FROM webhook_logs WHERE FALSE');
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
 * SQLite takes a file of one byte for an empty one, and writes over it. Not opened to look inside: to close it again would
 * free the locks of another store in this process, which POSIX has by file and process.
 */
function refuseShort(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (path === ':memory:' || size === 0 || size >= shortest) return;
  throw new ConfigurationError('path', `${path} is no database. ${somethingElse}`);
}

function refuseMissing(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  throw new ConfigurationError('path', `${path} does not exist. Is it the path that the receiver was given?`);
}

const somethingElse = 'It holds something else, which is left as it is: name another file.';

function toConfigurationError(path: string, error: unknown): unknown {
  if (error instanceof ConfigurationError || error instanceof StoreError) return error;
  const because = error instanceof Error ? error.message : String(error);
  return new ConfigurationError('path', `${path} cannot be opened: ${because}. ${mendOf(error)}`);
}

function mendOf(error: unknown): string {
  if (codeOf(error)?.startsWith('SQLITE_NOTADB')) return somethingElse;
  if (isLock(error)) return 'Another process holds it: does a program keep a transaction open?';
  return 'Does its folder exist, and may this process write there?';
}

export function closeQuietly(db: Database.Database | undefined): void {
  try {
    db?.close();
  } catch {
    // It is of no more use either way.
  }
}
