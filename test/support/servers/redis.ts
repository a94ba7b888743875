import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RequiredServer, requireProgram } from './describe-with-server.ts';
import { freePort } from './free-port.ts';
import { ServerProcess } from './server-process.ts';

export const redis: RequiredServer = { program: 'redis-server', install: 'redis-server' };

/** A Redis on a free port, with its data in a temporary folder. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** End the process for good, and delete its data. */
  stop(): Promise<void>;
  /** Kill the process with SIGKILL. Its data are kept. */
  kill(): Promise<void>;
  /** Stop the process with SIGSTOP: the system still accepts connections for it, but nothing is answered. */
  pause(): void;
  resume(): void;
  /** Start the process again, on the same data and port. If it runs, it is stopped first. */
  restart(): Promise<void>;
}

export interface RedisOptions {
  /** Lines of the configuration file, by name. They replace the defaults: an AOF that is synced for each write. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The primary of a replica, or a proxy in front of it. The promise resolves when the replica has its data. */
  readonly replicaOf?: Pick<RedisServer, 'port'>;
}

/** By default, Redis loses nothing if its machine loses power. */
const defaults = { appendonly: 'yes', appendfsync: 'always', save: '""', 'repl-diskless-sync-delay': '0' };

/**
 * Start a Redis.
 * @example
 * const server = await startRedis({ settings: { appendfsync: 'everysec' } });
 * onTestFinished(() => server.stop());
 */
export async function startRedis({ settings = {}, replicaOf }: RedisOptions = {}): Promise<RedisServer> {
  const program = requireProgram(redis);
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const lines = {
    ...{ bind: '127.0.0.1', port: String(port), dir: folder, ...defaults },
    ...(replicaOf && { replicaof: `127.0.0.1 ${replicaOf.port}` }),
    ...settings,
  };
  const file = join(folder, 'redis.conf');
  const text = Object.entries(lines).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(file, text.join(''));

  async function start(): Promise<ServerProcess> {
    const started = new ServerProcess(program, [file]);
    await started.prints(/Ready to accept connections/);
    if (replicaOf !== undefined) await started.prints(/MASTER <-> REPLICA sync: Finished with success/);
    return started;
  }

  let server = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid;
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
    kill: () => server.kill(),
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    async restart() {
      await server.stop();
      server = await start();
    },
  };
}
