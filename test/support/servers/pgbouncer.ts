/** Starts PgBouncer in front of a PostgreSQL server, from the binary of the machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RequiredServer, requireProgram } from './describe-with-server.ts';
import { freePort } from './free-port.ts';
import type { PostgresServer } from './postgres.ts';
import { serverFolder, userForServer } from './unprivileged.ts';

export interface PgBouncer {
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** PgBouncer of Debian. */
export const pgBouncer: RequiredServer = {
  program: 'pgbouncer',
  folders: ['/usr/sbin'],
  install: 'pgbouncer',
};

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
  const child = spawn(requireProgram(pgBouncer), ['-q', config], { ...user, cwd: folder, stdio: 'ignore' });
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
