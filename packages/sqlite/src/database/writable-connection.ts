import { rmSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { closedError, StoreError } from '../errors.ts';
import { codeOf, explain, isLock } from '../file/open-failure.ts';
import { busyTimeout, closeQuietly, open, openTimeout, shortest } from '../file/open-file.ts';
import { idOf } from '../schema/migrations.ts';

/**
 * What is needed of a prepared statement. Said here, so that who uses the package needs no types of better-sqlite3's.
 */
export interface Statement {
  run(...values: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
}

/** An open file, and the care for it. */
export interface Connection {
  /** Whether the connection rejects writes. */
  readonly readOnly: boolean;
  /** Return the identity of the file on this machine. `undefined` for a database in memory. */
  identity(): string | undefined;
  /** A statement, prepared once. */
  statement(sql: string): Statement;
  /**
   * Check that the path still leads to the open file. Reopen the file after an error.
   * @throws StoreError where the file is gone, is another, or cannot be opened again, and after {@link close}
   */
  check(): void;
  /** Run read-only statements on a file that does not change in the meantime. */
  read<Result>(run: () => Result): Result;
  /**
   * Note an error of a statement.
   * @returns whether the file is now suspect, so that {@link check} reopens it
   */
  onError(error: unknown): boolean;
  /** End a transaction that has failed. If that is not possible, reopen the file. */
  rollBack(): void;
  close(): void;
}

/** After these the open handle is not to be trusted. */
const damage =
  /^SQLITE_(?:CORRUPT|NOTADB|IOERR|CANTOPEN|READONLY_DBMOVED|READONLY_CANTINIT|READONLY_DIRECTORY)/;

/**
 * @param mustExist whether only what holds deliveries already is opened
 * @throws ConfigurationError where the file cannot be used, with the reason
 */
export function connect(path: string, mustExist = false): Connection {
  let db = open(path, openTimeout, { mustExist });
  /** What was acknowledged is in this file: another one in its place, an empty one above all, would hide it. */
  const id = idOf(db);
  let identity = databaseAt(path);
  let journals = journalsOf(path);
  let statements = new Map<string, Statement>();
  let suspect = false;
  let closed = false;

  function reopen(): void {
    const found = databaseAt(path);
    if (found === undefined) {
      throw new StoreError(
        `${path} is gone, or is empty. Put it or a backup of it back. To begin with an empty database, restart: the deliveries of the old one are not in it.`,
      );
    }
    if (found !== identity) leaveReplaced(found);
    // It would lock out the one that comes after it.
    if (db.inTransaction) closeQuietly(db);
    let fresh: Database;
    try {
      fresh = open(path, busyTimeout, { mustExist: true, id });
    } catch (error) {
      if (error instanceof StoreError || isLock(error)) throw error;
      throw new StoreError(`${path} cannot be opened again: ${explain(path, error)}`, { cause: error });
    }
    closeQuietly(db);
    db = fresh;
    journals = journalsOf(path);
    statements = new Map();
    suspect = false;
  }

  /**
   * Another file has been put in the place of the open one. The journals beside it are still those of the file
   * before, and SQLite would read their pages into the new one: they are folded into the file that they belong to,
   * and taken away.
   */
  function leaveReplaced(found: string): void {
    // Where the one in its place was refused, it has been left already.
    if (db.open) {
      fold();
      closeQuietly(db);
      for (const [name, journal] of journals) if (identityOf(name) === journal) rmSync(name, { force: true });
    }
    identity = found;
    suspect = true;
  }

  function fold(): void {
    let folded: unknown;
    try {
      folded = db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      throw new StoreError(`${path} was replaced, and the file before cannot be put in order`, {
        cause: error,
      });
    }
    if (isBusy(folded)) throw new StoreError(`${path} was replaced, and the file before is still in use`);
  }

  return {
    readOnly: false,
    read: (run) => run(),
    identity: () => (path === ':memory:' ? undefined : identity),
    statement(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const statement = db.prepare<unknown[], unknown>(sql);
      statements.set(sql, statement);
      return statement;
    },
    check() {
      if (closed) throw closedError(path);
      if (suspect || databaseAt(path) !== identity) reopen();
    },
    onError(error) {
      const isDamage = damage.test(codeOf(error) ?? '');
      suspect ||= isDamage;
      return isDamage;
    },
    rollBack() {
      try {
        // A full disk has rolled back by itself.
        if (db.inTransaction) db.exec('ROLLBACK');
      } catch {
        // It is still open, which is found in the next line.
      }
      if (db.inTransaction) suspect = true;
    },
    close() {
      closed = true;
      closeQuietly(db);
    },
  };
}

/**
 * Which database a path leads to. One that has been emptied is none: SQLite would write on from what it remembers of
 * it, and throw that away with the journal in the end.
 */
function databaseAt(path: string): string | undefined {
  return path === ':memory:' ? path : identityOf(path, shortest);
}

/** @param least bytes; what is shorter counts as missing */
function identityOf(path: string, least = 0): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && stat.size >= least ? `${stat.dev}:${stat.ino}` : undefined;
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
