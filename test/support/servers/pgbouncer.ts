/** Starts PgBouncer in front of a PostgreSQL server, from the binary of the machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from './postgres.ts';
import { freePort, serverFolder, userForServer } from './unprivileged.ts';

export interface PgBouncer {
  readonly connectionString: string;
  stop(): Promise<void>;
}

const binary = '/usr/sbin/pgbouncer';

/**
 * The reason why the tests that need PgBouncer are skipped. `undefined` if they can run.
 * @throws Error in CI, which must not skip any test
 */
export function missingPgBouncer(): string | undefined {
  if (existsSync(binary)) return undefined;
  const reason = 'PgBouncer is not installed. To run these tests: apt-get install pgbouncer';
  if (process.env.CI !== undefined) throw new Error(reason);
  return reason;
}

/** Start PgBouncer in transaction mode, with two connections to the server. */
export async function startPgBouncer({ host, port }: PostgresServer): Promise<PgBouncer> {
  const user = await userForServer();
  const folder = serverFolder(user);
  const ownPort = await freePort();
  const config = join(folder, 'pgbouncer.ini');
  const lines = [
    '[databases]',
    `postgres = host=${host} port=${port} user=postgres`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${ownPort}`,
    `unix_socket_dir = ${folder}`,
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 2',
  ];
  writeFileSync(config, lines.join('\n'));
  const child = spawn(binary, ['-q', config], { ...user, cwd: folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  while (!(await accepts(ownPort))) {
    if (child.exitCode !== null) throw new Error('PgBouncer did not start');
    await sleep(20);
  }
  return {
    connectionString: `postgres://postgres@127.0.0.1:${ownPort}/postgres`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
