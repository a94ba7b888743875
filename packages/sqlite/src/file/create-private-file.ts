import { closeSync, fchmodSync, lstatSync, openSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemCodeOf } from './system-error-code.ts';

/** Only the owner may read deliveries. SQLite gives the `-wal` and `-shm` files the mode of the database. */
const ownerOnly = 0o600;

/** The maximum number of symbolic links to follow, as in the kernel. */
const maxLinks = 40;

/**
 * Create an empty database file with mode 0600, regardless of the umask. The file must never have a wider mode, because
 * another user could open it before the mode is restricted. An existing file is not changed.
 * @throws the system's error if it cannot be created
 */
export function createPrivately(path: string, links = maxLinks): void {
  let file: number;
  try {
    file = openSync(path, 'wx', ownerOnly);
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
    const target = links > 0 ? targetOf(path) : undefined;
    if (target !== undefined) createPrivately(target, links - 1);
    return;
  }
  try {
    // The umask may have removed the owner's own permissions.
    fchmodSync(file, ownerOnly);
  } finally {
    closeSync(file);
  }
}

/**
 * Exclusive creation does not follow symbolic links. SQLite does, and would create the target with the mode of the
 * umask.
 */
function targetOf(path: string): string | undefined {
  return lstatSync(path).isSymbolicLink() ? resolve(dirname(path), readlinkSync(path)) : undefined;
}
