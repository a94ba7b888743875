/** Starts PostgreSQL servers for tests, from the binaries of the machine. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type RequiredServer, requireProgram } from './describe-with-server.ts';
import { freePort } from './free-port.ts';
import { serverFolder, userForServer } from './unprivileged.ts';

const run = promisify(execFile);

const running = new Set<ChildProcess>();
// An aborted test run must not leave a server running. SIGQUIT ends all processes of a server at once.
process.once('exit', () => {
  for (const server of running) server.kill('SIGQUIT');
});

/** A PostgreSQL server in a temporary folder. */
export interface PostgresServer {
  /** The address of the database `postgres`, for its superuser. */
  readonly connectionString: string;
  readonly host: string;
  readonly port: number;
  /** The folder with the data. Settings that are appended to its `postgresql.auto.conf` apply after `restart()`. */
  readonly data: string;
  /** Stop the server and delete its folder. */
  stop(): Promise<void>;
  /** End all processes of the server with SIGKILL. Its data remains. */
  kill(): Promise<void>;
  /** Stop all processes of the server with SIGSTOP: connections remain, and get no answer. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Start the server again after `kill()`, or stop and start it. */
  restart(): Promise<void>;
}

export interface PostgresOptions {
  /** Settings of `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** The encoding of the databases. */
  readonly encoding?: string;
  /**
   * Start a standby that replicates a server. `port` is the server's port, or the port of a proxy. `name` is the name for
   * `synchronous_standby_names`.
   */
  readonly replicaOf?: { readonly port: number; readonly name: string };
  /** The folder in which the server's folder is created. @default the system's folder for temporary files */
  readonly parent?: string;
}

/** The number of milliseconds in which a server must start or stop. */
const timeLimit = 30_000;

const debian = '/usr/lib/postgresql';

/** The folders of Debian's versions, the newest first. */
const folders = existsSync(debian)
  ? readdirSync(debian)
      .toSorted((a, b) => Number(b) - Number(a))
      .map((version) => join(debian, version, 'bin'))
  : [];

/** PostgreSQL of Debian. */
export const postgres: RequiredServer = { program: 'initdb', folders, install: 'postgresql' };

/**
 * Start a server. Its settings are PostgreSQL's defaults, except for less memory.
 * @throws Error if PostgreSQL is not installed, or does not start within 30 seconds
 */
export async function startPostgres({
  settings = {},
  encoding = 'UTF8',
  replicaOf,
  parent,
}: PostgresOptions = {}): Promise<PostgresServer> {
  const bin = dirname(requireProgram(postgres));
  const user = await userForServer();
  const folder = serverFolder(user, parent);
  const data = join(folder, 'data');
  const asUser = { ...user, cwd: folder, timeout: timeLimit };
  if (replicaOf === undefined) {
    const initialize = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', encoding, '--locale=C', '-N'];
    await run(join(bin, 'initdb'), initialize, asUser);
  } else {
    const from = `host=127.0.0.1 port=${replicaOf.port} user=postgres application_name=${replicaOf.name}`;
    await run(join(bin, 'pg_basebackup'), ['-D', data, '-R', '-N', '-c', 'fast', '-d', from], asUser);
  }
  const port = await freePort();
  const given = {
    ...{ listen_addresses: '127.0.0.1', port, unix_socket_directories: folder },
    ...{ shared_buffers: '64MB', max_wal_size: '256MB', ...settings },
  };
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const options = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(bin, 'postgres'), ['-D', data, ...options], {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-10_000);
    });
    const end = performance.now() + timeLimit;
    while (!(await accepts())) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL did not start:\n${log}`);
      if (performance.now() > end) throw new Error(`PostgreSQL did not start in time:\n${log}`);
      await sleep(50);
    }
  }

  async function accepts(): Promise<boolean> {
    try {
      await run(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)], {
        timeout: 5000,
      });
      return true;
    } catch {
      return false;
    }
  }

  /** Return the process ids of the server and of the processes that it has started. */
  async function processes(): Promise<readonly number[]> {
    const main = server?.pid;
    if (main === undefined) return [];
    // `ps` exits with 1 if the server has no child.
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(main)]).catch(() => ({ stdout: '' }));
    return [main, ...stdout.split('\n').filter(Boolean).map(Number)];
  }

  async function signalAll(signal: NodeJS.Signals): Promise<void> {
    for (const pid of await processes()) send(pid, signal);
  }

  /** A server that is stopped starts no further process, so stop it before its processes are listed. */
  async function pause(): Promise<void> {
    server?.kill('SIGSTOP');
    await signalAll('SIGSTOP');
  }

  async function kill(): Promise<void> {
    const child = server;
    if (child === undefined) return;
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    // A process that stays would hold the shared memory and keep the next server from starting.
    child.kill('SIGSTOP');
    const pids = await processes();
    for (const pid of pids) send(pid, 'SIGKILL');
    await ended;
    // A process that has ended may stay in the table of processes, if nothing collects it.
    const end = performance.now() + 2000;
    while (performance.now() < end && pids.some((pid) => send(pid, 0))) await sleep(10);
    server = undefined;
  }

  async function shutDown(): Promise<void> {
    const child = server;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await signalAll('SIGCONT');
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    const timer = setTimeout(() => void signalAll('SIGKILL'), timeLimit);
    await ended;
    clearTimeout(timer);
    server = undefined;
  }

  await start();
  return {
    connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
    host: '127.0.0.1',
    port,
    data,
    async stop() {
      await shutDown();
      rmSync(folder, { recursive: true, force: true });
    },
    kill,
    pause,
    resume: () => signalAll('SIGCONT'),
    async restart() {
      await shutDown();
      await start();
    },
  };
}

/** Send a signal. @returns whether the process exists */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
