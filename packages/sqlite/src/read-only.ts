/** A look into a file that changes no delivery, and needs no right to write. */
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
import { loadBinding } from './binding.ts';
import type { Commits } from './commits.ts';
import type { Connection, Statement } from './connection.ts';
import { closedError, OutdatedFileError, readOnlyError, StoreError } from './errors.ts';
import { hasForeignRows } from './foreign.ts';
import { explain, isLock, ownerOf, userOf } from './open-failure.ts';
import { closeQuietly, refuseMissing, refuseShort } from './opening.ts';
import { isNewest, refuseUnknown } from './schema.ts';
import { systemCodeOf } from './system-code.ts';

/** How often a read is tried again because the file was written meanwhile. */
const mostTries = 5;

/** An open file, and whether what it shows is still what is on the disk. */
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

/** A writer has just begun, or has just shortened its log of writes. */
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
      throw new OutdatedFileError(path, 'has rows that another program has written');
    return view;
  } catch (error) {
    closeQuietly(view?.db);
    if (error instanceof ConfigurationError || error instanceof StoreError) throw error;
    throw new ConfigurationError('path', `${path} cannot be opened for reading: ${readingHint(path, error)}`);
  }
}

/**
 * Every process that has the file open shares a log of writes (`-wal`) by an index (`-shm`). If they are there, SQLite reads
 * them too, in step with a writer. If not, SQLite would make them to read the file. That needs the right to write, and files
 * of another user would lock the receiver out: only their owner may make them. Every other user reads a copy.
 */
function openBest(path: string): View {
  if (!existsSync(`${path}-shm`) && !mayOwn(path)) return openCopy(path);
  const readonly = existsSync(`${path}-shm`);
  const identity = identityOf(path);
  const db = new Database(resolve(path), { readonly, fileMustExist: true, timeout: 1000 });
  return { db, identity, isCurrent: () => identityOf(path) === identity };
}

/** Whether this process runs as the user whose file it is, or as root, and may write it and the files beside it. */
function mayOwn(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(resolve(path)), constants.W_OK | constants.X_OK);
  } catch {
    return false;
  }
  const user = process.geteuid?.();
  return user === undefined || user === 0 || user === statSync(path).uid;
}

/** No process writes the file now. The copy is made again when one does. It has no name, so a crash leaves none. */
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
  // Opens the log of writes as well, before it loses its name.
  db.pragma('user_version');
  return db;
}

function readingHint(path: string, error: unknown): string {
  for (const file of [path, `${path}-wal`, `${path}-shm`].filter((name) => existsSync(name))) {
    try {
      accessSync(file, constants.R_OK);
    } catch {
      return `Permission denied: this process${userOf()} may not read ${file}, which belongs to uid ${ownerOf(file)}. Run as that user, or let this one read it, for example by a common group and chmod 640.`;
    }
  }
  if (systemCodeOf(error) === 'ENOSPC') {
    return `${tmpdir()} has no space for a copy of the file, which is needed to read it without the right to write. Free some space, or set TMPDIR to another folder.`;
  }
  if (isPassing(error)) {
    return `a receiver is at work on the file, and this process${userOf()} may not take part in its locks. Run as uid ${ownerOf(path)}, or give this user the right to write ${path}-shm.`;
  }
  return explain(path, error);
}

/** What changes with every write: of the file itself, and of the log of writes. */
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

/** The writes of a store that may only be read: each is an error that says so. */
export function refuseWrites(path: string): Commits {
  const refuse = () => Promise.reject(readOnlyError(path));
  return { write: refuse, writeLast: refuse, writeLater: refuse, drain: () => Promise.resolve() };
}
