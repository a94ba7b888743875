/** Explains why a database cannot be opened, and how to fix it. */
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readlinkSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { requireAccess } from './require-access.ts';
import { systemCodeOf } from './system-error-code.ts';

/** Return SQLite's code of an error, such as `SQLITE_BUSY`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof BetterSqlite3.SqliteError ? error.code : undefined;
}

/** Return whether another process held a lock. */
export function isLock(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
}

/** Return whether an error is temporary: a writer has just started, or has just truncated the write-ahead log. */
export function isPassing(error: unknown): boolean {
  return isLock(error) || codeOf(error)?.startsWith('SQLITE_READONLY_CAN') === true;
}

export const somethingElse =
  'It is not a database of this kit. The file was not changed. Choose another file.';

/** @returns the cause and a hint, as two or more sentences for the end of a message */
export function explain(path: string, error: unknown): string {
  const because = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
  return `${because}. ${hintOf(path, error)}`;
}

function hintOf(path: string, error: unknown): string {
  const code = codeOf(error) ?? systemCodeOf(error) ?? '';
  if (code.startsWith('SQLITE_NOTADB')) return somethingElse;
  if (code.startsWith('SQLITE_CORRUPT')) return hints.damaged;
  if (isLock(error)) return hints.locked;
  return (
    hintOfCode(code) ??
    hintOfDescriptors(path) ??
    hintOfPlace(path) ??
    hintOfSpace(path) ??
    hintOfRest(path, code)
  );
}

const hints = {
  damaged: 'The file is damaged. Restore a backup, or save what can be read with `sqlite3 FILE .recover`.',
  locked:
    'Another process has locked the file. Close the program that keeps a transaction open (a database browser, a backup, a stopped process), then start again.',
  full: 'The disk is full, or a quota is exceeded. Free some space (the file system also needs free inodes), then start again.',
  descriptors:
    'This process, or the machine, has too many open files. Close files that are no longer needed, or raise the limit (ulimit -n, LimitNOFILE in systemd).',
  tooLong: 'The path is too long. Use a shorter one.',
  loop: 'The path leads through a loop of symbolic links. Use the path of the file itself.',
  input:
    'Reading or writing the file failed. Check the disk and its file system (`dmesg`, the system log), and the limit on file sizes (ulimit -f). If the disk has failed, restore a backup on another disk.',
} as const;

function hintOfCode(code: string): string | undefined {
  switch (code) {
    case 'SQLITE_FULL':
    case 'ENOSPC':
    case 'EDQUOT':
      return hints.full;
    case 'EMFILE':
    case 'ENFILE':
      return hints.descriptors;
    case 'ENAMETOOLONG':
      return hints.tooLong;
    case 'ELOOP':
      return hints.loop;
    case 'EIO':
      return hints.input;
    default:
      return undefined;
  }
}

/**
 * SQLite does not report too many open files as such. Open the folder to check, not the file: closing the file would
 * release SQLite's locks.
 */
function hintOfDescriptors(path: string): string | undefined {
  try {
    closeSync(openSync(folderOf(path), 'r'));
    return undefined;
  } catch (error) {
    const code = systemCodeOf(error);
    return code === 'EMFILE' || code === 'ENFILE' ? hints.descriptors : undefined;
  }
}

/** Return a hint about the path, its folder, or their permissions. */
function hintOfPlace(path: string): string | undefined {
  const folder = folderOf(path);
  const stat = statOf(folder);
  if (stat === undefined)
    return `The folder ${folder} does not exist or cannot be accessed. Create it (mkdir -p).`;
  if (!stat.isDirectory()) return `${folder} is not a folder. Choose a path inside a folder.`;
  const file = statOf(path);
  if (file === undefined) return hintOfLink(path) ?? hintOfRights(folder, 'create the database in');
  return (
    hintOfKind(path, file) ??
    hintOfRights(path, 'write') ??
    hintOfRights(`${path}-wal`, 'write') ??
    hintOfRights(`${path}-shm`, 'write') ??
    hintOfRights(folder, 'create the files -wal and -shm in')
  );
}

/** Return a hint if the path is not a regular file. */
export function hintOfKind(path: string, stat: Stats): string | undefined {
  if (stat.isDirectory()) return `${path} is a folder. Add a file name, for example webhooks.db.`;
  return stat.isFile() ? undefined : `${path} is not a regular file. Choose another path.`;
}

function hintOfLink(path: string): string | undefined {
  try {
    const target = resolve(dirname(path), readlinkSync(path));
    return `${path} is a symbolic link to ${target}, which cannot be created. Create the folder of that file, or replace the link.`;
  } catch {
    return undefined;
  }
}

function hintOfRights(place: string, purpose: string): string | undefined {
  try {
    requireAccess(
      place,
      constants.R_OK | constants.W_OK | (statSync(place).isDirectory() ? constants.X_OK : 0),
    );
    return undefined;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EROFS') return readOnlyFileSystem(place);
    if (code !== 'EACCES' && code !== 'EPERM') return undefined;
    return `Permission denied: this process${userOf()} may not ${purpose} ${place}, which belongs to uid ${ownerOf(place)}. Run as that user, or grant access to this user (chown, chmod).`;
  }
}

function hintOfSpace(path: string): string | undefined {
  try {
    const { bavail, files, ffree } = statfsSync(folderOf(path));
    return bavail === 0 || (files > 0 && ffree === 0) ? hints.full : undefined;
  } catch {
    return undefined;
  }
}

function hintOfRest(path: string, code: string): string {
  if (code.startsWith('SQLITE_IOERR')) return hints.input;
  if (code.startsWith('SQLITE_READONLY') || code === 'EACCES' || code === 'EPERM') {
    return `Permission denied: this process${userOf()} may not write ${path} or its folder. Run as the user that owns them, or grant access to this user (chown, chmod).`;
  }
  if (code === 'EROFS') return readOnlyFileSystem(path);
  return `Check that ${folderOf(path)} exists, and that this process may read and write there.`;
}

function readOnlyFileSystem(place: string): string {
  return `${place} is on a read-only file system. Move the database to a file system that is mounted for writing.`;
}

function folderOf(path: string): string {
  return dirname(resolve(path));
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

export function ownerOf(path: string): string {
  try {
    return String(lstatSync(path).uid);
  } catch {
    return 'unknown';
  }
}

export function userOf(): string {
  const user = process.geteuid?.();
  return user === undefined ? '' : ` (uid ${user})`;
}
