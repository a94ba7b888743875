import BetterSqlite3 from 'better-sqlite3';
import { isLock } from './open-failure.ts';

/** Return whether another connection, in this or another process, has a database open. */
export function isInUse(path: string): boolean {
  const handle = new BetterSqlite3(path, { timeout: 0, fileMustExist: true });
  try {
    // In this mode, the first access needs a lock that no other connection may share.
    handle.pragma('locking_mode = EXCLUSIVE');
    handle.exec('BEGIN EXCLUSIVE; ROLLBACK');
    return false;
  } catch (error) {
    if (isLock(error)) return true;
    throw error;
  } finally {
    handle.close();
  }
}
