import { rmSync } from 'node:fs';
import type BetterSqlite3 from 'better-sqlite3';
import { closedError, StoreError } from '../errors.ts';
import { identityOf } from '../file/file-identity.ts';
import { codeOf, explain, isLock } from '../file/open-failure.ts';
import { busyTimeout, closeQuietly, open, openTimeout, shortest } from '../file/open-file.ts';
import { idOf } from '../schema/migrations.ts';
import type { Connection } from './connection.ts';
import { createStatements } from './statement.ts';

/** Errors after which the open handle must not be used. */
const damage =
  /^SQLITE_(?:CORRUPT|NOTADB|IOERR|CANTOPEN|READONLY_DBMOVED|READONLY_CANTINIT|READONLY_DIRECTORY)/;

/**
 * @param mustExist whether the file must exist and contain the tables of this kit
 * @throws ConfigurationError if the file cannot be used, with the reason
 */
export function connect(path: string, mustExist = false): Connection {
  let handle = open(path, openTimeout, { mustExist });
  /** The id of the file with the accepted deliveries. Another file in its place, such as an empty file, would hide them. */
  const id = idOf(handle);
  let identity = databaseAt(path);
  let journals = journalsOf(path);
  let statements = createStatements(handle);
  let suspect = false;
  let closed = false;

  function reopen(): void {
    const found = databaseAt(path);
    if (found === undefined) {
      throw new StoreError(
        `${path} is missing or empty. Restore the file or a backup of it. To start with an empty database instead, restart the receiver. The new database does not contain the old deliveries.`,
      );
    }
    if (found !== identity) closeReplaced(found);
    // An open transaction would lock out the new handle.
    if (handle.inTransaction) closeQuietly(handle);
    let fresh: BetterSqlite3.Database;
    try {
      fresh = open(path, busyTimeout, { mustExist: true, id });
    } catch (error) {
      if (error instanceof StoreError || isLock(error)) throw error;
      throw new StoreError(`${path} cannot be opened again: ${explain(path, error)}`, { cause: error });
    }
    closeQuietly(handle);
    handle = fresh;
    journals = journalsOf(path);
    statements = createStatements(handle);
    suspect = false;
  }

  /**
   * Close the open file after another file was put in its place. The journals still belong to the open file, and SQLite
   * would read their pages into the new file. So their pages are written into the open file, and the journals are removed.
   */
  function closeReplaced(found: string): void {
    // If the new file was rejected before, the old one is already closed.
    if (handle.open) {
      checkpoint();
      closeQuietly(handle);
      for (const [name, journal] of journals) if (identityOf(name) === journal) rmSync(name, { force: true });
    }
    identity = found;
    suspect = true;
  }

  function checkpoint(): void {
    let result: unknown;
    try {
      result = handle.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      throw new StoreError(
        `${path} was replaced, but the write-ahead log of the previous file cannot be written to that file. The store tries again at the next call.`,
        {
          cause: error,
        },
      );
    }
    if (isBusy(result))
      throw new StoreError(
        `${path} was replaced, but another process still uses the previous file. Stop that process.`,
      );
  }

  return {
    read: (run) => run(),
    identity: () => (path === ':memory:' ? undefined : identity),
    statement: (sql) => statements.statement(sql),
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
        // On a full disk, SQLite has already rolled back.
        if (handle.inTransaction) handle.exec('ROLLBACK');
      } catch {
        // The next line finds the open transaction.
      }
      if (handle.inTransaction) suspect = true;
    },
    close() {
      closed = true;
      closeQuietly(handle);
    },
  };
}

/**
 * Return the identity of the database at a path. A file that was emptied counts as missing. SQLite would otherwise
 * continue from its cache, and lose everything together with the journal when it closes.
 */
function databaseAt(path: string): string | undefined {
  return path === ':memory:' ? path : identityOf(path, shortest);
}

/** Return the identities of SQLite's own files beside a database. */
function journalsOf(path: string): ReadonlyMap<string, string | undefined> {
  return new Map([`${path}-wal`, `${path}-shm`].map((name) => [name, identityOf(name)]));
}

/** @param result the result of a checkpoint */
function isBusy(result: unknown): boolean {
  const [row]: readonly unknown[] = Array.isArray(result) ? result : [];
  return typeof row === 'object' && row !== null && 'busy' in row && row.busy !== 0;
}
