import { statSync } from 'node:fs';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import Database from 'better-sqlite3';
import { migrate, refuseNewer } from './schema.ts';

/** What is needed of a prepared statement. Said here, so that who uses the package needs no types of better-sqlite3's. */
export interface Statement {
  run(...values: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
}

/** An open file, and the care for it. */
export interface Connection {
  /**
   * A statement, prepared once. Throws a {@link StoreError} where the file is gone from its path, or was found damaged and
   * cannot be opened again.
   */
  statement(sql: string): Statement;
  /** Checks that the path still leads to the open file, and opens it anew where an error has made it suspect. */
  check(): void;
  /** Told of every error that a statement met. */
  onError(error: unknown): void;
  close(): void;
}

/** The file cannot be used now; it may be later. The receiver answers 503 meanwhile. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Milliseconds that opening waits for another process, which may be migrating the file. */
const openTimeout = 10_000;

/**
 * Milliseconds that a statement waits for another process's lock. Short, because it holds up the event loop; who meets a
 * lock tries again a turn later.
 */
const busyTimeout = 20;

/** Pages of 4 KiB. The larger the log before it is folded into the file, the more often a page in it has been written twice. */
const checkpointPages = 8000;

/** After these the open handle is not to be trusted. */
const damage =
  /^SQLITE_(?:CORRUPT|NOTADB|IOERR|CANTOPEN|READONLY_DBMOVED|READONLY_CANTINIT|READONLY_DIRECTORY)/;

/** @throws ConfigurationError where the file cannot be used, with the reason */
export function connect(path: string): Connection {
  let db = open(path);
  let identity = identityOf(path);
  let statements = new Map<string, Statement>();
  let suspect = false;

  function reopen(): void {
    if (identityOf(path) === undefined) {
      throw new StoreError(
        `${path} is gone. Put it back, or restart to begin a new one: what the old one held is not made up anew.`,
      );
    }
    let fresh: Database.Database;
    try {
      fresh = open(path);
    } catch (error) {
      throw new StoreError(`${path} cannot be opened again`, { cause: error });
    }
    closeQuietly(db);
    db = fresh;
    identity = identityOf(path);
    statements = new Map();
    suspect = false;
  }

  return {
    statement(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const statement = db.prepare<unknown[], unknown>(sql);
      statements.set(sql, statement);
      return statement;
    },
    check() {
      if (suspect || identityOf(path) !== identity) reopen();
    },
    onError(error) {
      if (damage.test(codeOf(error) ?? '')) suspect = true;
    },
    close: () => closeQuietly(db),
  };
}

/** SQLite's own code of an error, such as `SQLITE_BUSY`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

function open(path: string): Database.Database {
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: openTimeout });
    refuseNewer(db, path);
    const mode = db.pragma('journal_mode = WAL', { simple: true });
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
    db.pragma(`busy_timeout = ${busyTimeout}`);
    return db;
  } catch (error) {
    closeQuietly(db);
    throw toConfigurationError(path, error);
  }
}

function toConfigurationError(path: string, error: unknown): unknown {
  if (error instanceof ConfigurationError) return error;
  const because = error instanceof Error ? error.message : String(error);
  const mend = codeOf(error)?.startsWith('SQLITE_NOTADB')
    ? 'It holds something else, which is left as it is: name another file.'
    : 'Does its folder exist, and may this process write there?';
  return new ConfigurationError('path', `${path} cannot be opened: ${because}. ${mend}`);
}

/** What a path leads to. */
function identityOf(path: string): string | undefined {
  if (path === ':memory:') return path;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}

function closeQuietly(db: Database.Database | undefined): void {
  try {
    db?.close();
  } catch {
    // It is of no more use either way.
  }
}
