/** Opens a database for reading only, without the permission to write. */
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import Database from 'better-sqlite3';
import { closedError, OutdatedFileError, readOnlyError, StoreError } from '../errors.ts';
import { loadBinding } from '../file/native-binding.ts';
import { explain, isLock, ownerOf, userOf } from '../file/open-failure.ts';
import { closeQuietly, refuseMissing, refuseShort } from '../file/open-file.ts';
import { requireAccess } from '../file/require-access.ts';
import { systemCodeOf } from '../file/system-error-code.ts';
import { isNewest, refuseUnknown } from '../schema/migrations.ts';
import { hasForeignRows } from '../schema/rows-of-other-programs.ts';
import type { Commits } from './group-commit.ts';
import type { Connection, Statement } from './writable-connection.ts';

/** The maximum number of attempts at a read while another process writes the file. */
const mostTries = 5;

/** An open file, which may be outdated if the file on disk has changed. */
interface View {
  readonly db: Database.Database;
  readonly identity: string;
  isCurrent(): boolean;
}

/**
 * @throws ConfigurationError if the file cannot be read as it is, with the reason and what to do
 * @throws OutdatedFileError if something has to be written before it can be read
 */
export function connectReadOnly(path: string): Connection {
  let view = openView(path);
  let statements = new Map<string, Statement>();
  let closed = false;

  function reopen(): void {
    closeQuietly(view.db);
    statements = new Map();
    try {
      view = openView(path);
    } catch (error) {
      throw error instanceof ConfigurationError ? new StoreError(error.message, { cause: error }) : error;
    }
  }

  function check(): void {
    if (closed) throw closedError(path);
    if (!view.db.open || !view.isCurrent()) reopen();
  }

  return {
    readOnly: true,
    identity: () => view.identity,
    statement(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const statement = view.db.prepare<unknown[], unknown>(sql);
      statements.set(sql, statement);
      return statement;
    },
    check,
    read(run) {
      for (let tries = 1; ; tries++) {
        check();
        try {
          const result = run();
          if (view.isCurrent()) return result;
        } catch (error) {
          if (view.isCurrent() && !isPassing(error)) throw error;
          if (tries >= mostTries) throw error;
          closeQuietly(view.db);
        }
        if (tries >= mostTries) throw new StoreError(`${path} is being replaced or written. Try again.`);
      }
    },
    onError: () => false,
    rollBack() {},
    close() {
      closed = true;
      closeQuietly(view.db);
    },
  };
}

/** Return whether an error is temporary: a writer has just started, or has just truncated the write-ahead log. */
function isPassing(error: unknown): boolean {
  return (
    isLock(error) || (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_READONLY_CAN'))
  );
}

function openView(path: string): View {
  loadBinding();
  let view: View | undefined;
  try {
    refuseShort(path);
    refuseMissing(path);
    view = openBest(path);
    const { db } = view;
    refuseUnknown(db, path, true);
    if (!isNewest(db)) throw new OutdatedFileError(path, 'was written by an older version of the kit');
    const statement = (sql: string) => db.prepare<unknown[], unknown>(sql);
    if (hasForeignRows({ statement }))
      throw new OutdatedFileError(path, 'contains rows that another program has written');
    return view;
  } catch (error) {
    closeQuietly(view?.db);
    if (error instanceof ConfigurationError || error instanceof StoreError) throw error;
    throw new ConfigurationError('path', `${path} cannot be opened for reading: ${readingHint(path, error)}`);
  }
}

/**
 * Open the file in the way that the permissions allow. All processes that have the file open share a write-ahead log
 * (`-wal`) and its index (`-shm`). If these files exist, SQLite reads them along with the database. If not, SQLite
 * would create them, which needs write permission, and files of another user would lock out the receiver. So only the
 * owner of the database may create them; every other user reads a copy.
 */
function openBest(path: string): View {
  if (!existsSync(`${path}-shm`) && !mayOwn(path)) return openCopy(path);
  const readonly = existsSync(`${path}-shm`);
  const identity = identityOf(path);
  const db = new Database(resolve(path), { readonly, fileMustExist: true, timeout: 1000 });
  return { db, identity, isCurrent: () => identityOf(path) === identity };
}

/** Return whether this process runs as the file's owner or as root, and may write the file and its folder. */
function mayOwn(path: string): boolean {
  try {
    requireAccess(path, constants.W_OK);
    requireAccess(dirname(resolve(path)), constants.W_OK | constants.X_OK);
  } catch {
    return false;
  }
  const user = process.geteuid?.();
  return user === undefined || user === 0 || user === statSync(path).uid;
}

/**
 * Open a copy of a file that no process is writing. It is copied again after a write. A crash leaves no copy behind,
 * because its name is removed at once.
 */
function openCopy(path: string): View {
  for (let tries = 1; tries <= mostTries; tries++) {
    const stamp = stampOf(path);
    const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-webhooks-'));
    try {
      const db = openIn(folder, path);
      if (stampOf(path) === stamp) {
        return { db, identity: identityOf(path), isCurrent: () => stampOf(path) === stamp };
      }
      db.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  throw new StoreError(`${path} is being written. Try again.`);
}

function openIn(folder: string, path: string): Database.Database {
  const copy = join(folder, 'copy.db');
  for (const suffix of ['', '-wal']) {
    if (suffix !== '' && sizeOf(`${path}${suffix}`) === 0) continue;
    copyFileSync(`${path}${suffix}`, `${copy}${suffix}`, constants.COPYFILE_FICLONE);
    chmodSync(`${copy}${suffix}`, 0o600);
  }
  const db = new Database(copy, { fileMustExist: true });
  // Make SQLite open the write-ahead log before its name is removed.
  db.pragma('user_version');
  return db;
}

function readingHint(path: string, error: unknown): string {
  for (const file of [path, `${path}-wal`, `${path}-shm`].filter((name) => existsSync(name))) {
    try {
      accessSync(file, constants.R_OK);
    } catch {
      return `Permission denied: this process${userOf()} may not read ${file}, which belongs to uid ${ownerOf(file)}. Run as that user, or grant this user read access, for example with a common group and chmod 640.`;
    }
  }
  if (systemCodeOf(error) === 'ENOSPC') {
    return `${tmpdir()} has no space for a copy of the file, which is required to read it without write permission. Free some space, or set TMPDIR to another folder.`;
  }
  if (isPassing(error)) {
    return `a receiver is using the file, and this process${userOf()} may not use its locks. Run as uid ${ownerOf(path)}, or grant this user write access to ${path}-shm.`;
  }
  return explain(path, error);
}

/** Return values that change with every write to the file or its write-ahead log. */
function stampOf(path: string): string {
  return [path, `${path}-wal`, `${path}-shm`]
    .map((name) => {
      const stat = statSync(name, { bigint: true, throwIfNoEntry: false });
      return stat && [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':');
    })
    .join(' ');
}

function identityOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Create the commits of a read-only store. Every write rejects with an error. */
export function refuseWrites(path: string): Commits {
  const refuse = () => Promise.reject(readOnlyError(path));
  return { write: refuse, writeLast: refuse, writeLater: refuse, drain: () => Promise.resolve() };
}
