import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A user that may run PostgreSQL and PgBouncer, which refuse to run as root. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Return the user for a server. `undefined` if this process is not root. */
export async function userForServer(): Promise<User | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
    );
    return { uid: uid ?? 65_534, gid: gid ?? 65_534 };
  } catch {
    return { uid: 65_534, gid: 65_534 };
  }
}

/** Create a temporary folder for a server. */
export function serverFolder(user: User | undefined, parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, 'spiderfoot-server-'));
  chmodSync(folder, 0o755);
  if (user) chownSync(folder, user.uid, user.gid);
  return folder;
}
