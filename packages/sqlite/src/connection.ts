import { rmSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { busyTimeout, closeQuietly, codeOf, open, openTimeout } from './opening.ts';

/** What is needed of a prepared statement. Said here, so that who uses the package needs no types of better-sqlite3's. */
interface Statement {
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

/** After these the open handle is not to be trusted. */
const damage =
  /^SQLITE_(?:CORRUPT|NOTADB|IOERR|CANTOPEN|READONLY_DBMOVED|READONLY_CANTINIT|READONLY_DIRECTORY)/;

/** @throws ConfigurationError where the file cannot be used, with the reason */
export function connect(path: string): Connection {
  let db = open(path, openTimeout);
  let identity = identityOf(path);
  let journals = journalsOf(path);
  let statements = new Map<string, Statement>();
  let suspect = false;

  function reopen(): void {
    const found = identityOf(path);
    if (found === undefined) {
      throw new StoreError(
        `${path} is gone. Put it back, or restart to begin a new one: what the old one held is not made up anew.`,
      );
    }
    if (found !== identity) leaveReplaced(found);
    let fresh: Database;
    try {
      fresh = open(path, busyTimeout);
    } catch (error) {
      throw new StoreError(`${path} cannot be opened again`, { cause: error });
    }
    closeQuietly(db);
    db = fresh;
    journals = journalsOf(path);
    statements = new Map();
    suspect = false;
  }

  /**
   * Another file has been put in the place of the open one. The journals beside it are still those of the file before, and
   * SQLite would read their pages into the new one: they are folded into the file that they belong to, and taken away.
   */
  function leaveReplaced(found: string): void {
    let folded: unknown;
    try {
      folded = db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      throw new StoreError(`${path} was replaced, and the file before cannot be put in order`, {
        cause: error,
      });
    }
    if (isBusy(folded)) throw new StoreError(`${path} was replaced, and the file before is still in use`);
    closeQuietly(db);
    for (const [name, journal] of journals) if (identityOf(name) === journal) rmSync(name, { force: true });
    identity = found;
    suspect = true;
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

/** What a path leads to. */
function identityOf(path: string): string | undefined {
  if (path === ':memory:') return path;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}

/** SQLite's own files beside a database. */
function journalsOf(path: string): ReadonlyMap<string, string | undefined> {
  return new Map([`${path}-wal`, `${path}-shm`].map((name) => [name, identityOf(name)]));
}

/** @param result what a checkpoint has answered */
function isBusy(result: unknown): boolean {
  const [row]: readonly unknown[] = Array.isArray(result) ? result : [];
  return typeof row === 'object' && row !== null && 'busy' in row && row.busy !== 0;
}
