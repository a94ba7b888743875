import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requireProgram } from '../../../test/support/servers/describe-with-server.ts';
import { postgres, startPostgres } from '../../../test/support/servers/postgres.ts';
import { redis, startRedis } from '../../../test/support/servers/redis.ts';
import { temporaryFile } from '../support/files.ts';
import { cpuTimeOf } from './cpu-time.ts';

/** A database that only one contender uses, so that its CPU time is that contender's. */
export interface EngineServer {
  /** The file of SQLite, or the URL of a server. */
  readonly address: string;
  /** Microseconds of CPU time of the server's processes. 0 if the engine has none. */
  cpu(): number;
  stop(): Promise<void>;
}

interface PostgresEngine extends EngineServer {
  /** The folder with the tables. */
  readonly tables: string;
}

/** PostgreSQL's own defaults, in place of the smaller ones of the tests. */
const postgresDefaults = { shared_buffers: '128MB', max_wal_size: '1GB' };

/** @throws Error that says what to install, if a server is missing */
export function requireEngines(): void {
  for (const server of [postgres, redis]) requireProgram(server);
}

/** The databases that can be started. All of them sync each commit, except Redis with `everysec`. */
export const engines = {
  async none(): Promise<EngineServer> {
    return { address: '', cpu: () => 0, stop: async () => {} };
  },
  async sqlite(): Promise<EngineServer> {
    const address = temporaryFile();
    const stop = async () => rmSync(dirname(address), { recursive: true, force: true });
    return { address, cpu: () => 0, stop };
  },
  async postgres(): Promise<PostgresEngine> {
    const { connectionString, data, stop } = await startPostgres({ settings: postgresDefaults });
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return { address: connectionString, cpu: () => cpuTimeOf(pid), tables: join(data, 'base'), stop };
  },
  redis: () => startEngineRedis('always'),
  redisEverysec: () => startEngineRedis('everysec'),
} as const;

export type Engine = keyof typeof engines;

async function startEngineRedis(appendfsync: 'always' | 'everysec'): Promise<EngineServer> {
  // BullMQ warns if Redis may evict jobs.
  const server = await startRedis({ settings: { appendfsync, 'maxmemory-policy': 'noeviction' } });
  const { url, pid } = server;
  return { address: url, cpu: () => cpuTimeOf(pid), stop: () => server.stop() };
}
