import { closeSync, fchmodSync, lstatSync, openSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemCodeOf } from './system-code.ts';

/** Only its owner may read deliveries. SQLite gives the same mode to the `-wal` and `-shm` files beside a database. */
const ownerOnly = 0o600;

/** Symbolic links that are followed to a file that is still to be made, as the kernel does. */
const mostLinks = 40;

/**
 * Creates an empty database file with mode 0600, whatever the umask. It never has another mode: one that is created wide and
 * narrowed later can be opened in between. A file that exists is left alone.
 * @throws the system's error if it cannot be created
 */
export function createPrivately(path: string, links = mostLinks): void {
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
    // The umask may have taken the owner's own rights.
    fchmodSync(file, ownerOnly);
  } finally {
    closeSync(file);
  }
}

/** Exclusive creation does not follow a link; SQLite would, and create its target by the umask. */
function targetOf(path: string): string | undefined {
  return lstatSync(path).isSymbolicLink() ? resolve(dirname(path), readlinkSync(path)) : undefined;
}
