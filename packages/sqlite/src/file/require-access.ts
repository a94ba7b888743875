import { randomUUID } from 'node:crypto';
import { accessSync, constants, renameSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { systemCodeOf } from './system-error-code.ts';

/**
 * Check that this process may access a file or a folder.
 * @param mode as for `accessSync`
 * @throws Error with the system's code, such as `EACCES` or `EROFS`
 */
export function requireAccess(place: string, mode: number): void {
  accessSync(place, mode);
  if ((mode & constants.W_OK) !== 0) rejectReadOnlyFileSystem(place);
}

/**
 * Deno's `accessSync` compares the owner and the mode bits, and does not notice a read-only file system. Linux does when a
 * file is renamed, before it looks the file up. So this renames one that does not exist, which changes nothing.
 */
function rejectReadOnlyFileSystem(place: string): void {
  const folder = statSync(place).isDirectory() ? place : dirname(resolve(place));
  const missing = join(folder, `.spiderfoot-webhooks-${randomUUID()}`);
  try {
    renameSync(missing, `${missing}-renamed`);
  } catch (error) {
    if (systemCodeOf(error) === 'EROFS') throw error;
  }
}
