import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
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

/** Return a port on which no program listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system returned no port');
  return address.port;
}

/** Create a temporary folder for a server. */
export function serverFolder(user: User | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-server-'));
  chmodSync(folder, 0o755);
  if (user) chownSync(folder, user.uid, user.gid);
  return folder;
}
