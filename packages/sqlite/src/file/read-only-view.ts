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
import BetterSqlite3 from 'better-sqlite3';
import { createStatements } from '../database/statement.ts';
import { OutdatedFileError, StoreError } from '../errors.ts';
import { isNewest, rejectUnknownSchema } from '../schema/migrations.ts';
import { hasRowsOfOtherPrograms } from '../schema/rows-of-other-programs.ts';
import { identityOf } from './file-identity.ts';
import { loadBinding } from './native-binding.ts';
import { explain, isPassing, ownerOf, userOf } from './open-failure.ts';
import { closeQuietly, rejectMissing, rejectTooShort } from './open-file.ts';
import { requireAccess } from './require-access.ts';
import { systemCodeOf } from './system-error-code.ts';

/** The maximum number of attempts at a copy while another process writes the file. */
const maxTries = 5;

/** An open file, which may be outdated if the file on disk has changed. */
export interface View {
  readonly handle: BetterSqlite3.Database;
  readonly identity: string | undefined;
  isCurrent(): boolean;
}

/**
 * Open a database for reading only, without the permission to write.
 * @throws ConfigurationError if the file cannot be read as it is, with the reason and a remedy
 * @throws OutdatedFileError if something has to be written before it can be read
 */
export function openView(path: string): View {
  loadBinding();
  let view: View | undefined;
  try {
    rejectTooShort(path);
    rejectMissing(path);
    view = openBest(path);
    const { handle } = view;
    rejectUnknownSchema(handle, path, true);
    if (!isNewest(handle)) throw new OutdatedFileError(path, 'was written by an older version of the kit');
    if (hasRowsOfOtherPrograms(createStatements(handle)))
      throw new OutdatedFileError(path, 'contains rows that another program has written');
    return view;
  } catch (error) {
    closeQuietly(view?.handle);
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
  const handle = new BetterSqlite3(resolve(path), { readonly, fileMustExist: true, timeout: 1000 });
  return { handle, identity, isCurrent: () => identityOf(path) === identity };
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
  for (let tries = 1; tries <= maxTries; tries++) {
    const stamp = stampOf(path);
    const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-webhooks-'));
    try {
      const handle = openIn(folder, path);
      if (stampOf(path) === stamp) {
        return { handle, identity: identityOf(path), isCurrent: () => stampOf(path) === stamp };
      }
      handle.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  throw new StoreError(`${path} is being written. Try again.`);
}

function openIn(folder: string, path: string): BetterSqlite3.Database {
  const copy = join(folder, 'copy.db');
  for (const suffix of ['', '-wal']) {
    if (suffix !== '' && sizeOf(`${path}${suffix}`) === 0) continue;
    copyFileSync(`${path}${suffix}`, `${copy}${suffix}`, constants.COPYFILE_FICLONE);
    chmodSync(`${copy}${suffix}`, 0o600);
  }
  const handle = new BetterSqlite3(copy, { fileMustExist: true });
  // Make SQLite open the write-ahead log before its name is removed.
  handle.pragma('user_version');
  return handle;
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

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
