import { Redis } from 'ioredis';
import { type RedisServer, redis, startRedis } from '../../../support/servers/redis.ts';
import { hashOf } from '../sender.ts';
import type { EngineServer, Place, Row, SharedEngine, Standby } from './engine.ts';

export const bullmqEngine: SharedEngine = {
  name: 'bullmq',
  required: redis,
  start: async () => serverOf(await startRedis()),
  async startStandby(_server, proxyPort) {
    const started = await startRedis({ replicaOf: { port: proxyPort } });
    const promote = () => withRedis(urlOf(started.port, 0), (client) => client.replicaof('NO', 'ONE'));
    return { ...serverOf(started), promote: async () => void (await promote()) } satisfies Standby;
  },
};

/** Return a Redis as a server that receivers share. */
export function serverOf(server: RedisServer): EngineServer {
  let places = 0;
  return {
    port: server.port,
    // A Redis has 16 databases.
    newPlace: async (port = server.port) => placeOf(urlOf(port, places++)),
    kill: () => server.kill(),
    restart: () => server.restart(),
    pause: async () => server.pause(),
    resume: async () => server.resume(),
    stop: () => server.stop(),
  };
}

function urlOf(port: number, database: number): string {
  return `redis://127.0.0.1:${port}/${database}`;
}

async function withRedis<Result>(url: string, run: (client: Redis) => Promise<Result>): Promise<Result> {
  const client = new Redis(url);
  try {
    return await run(client);
  } finally {
    client.disconnect();
  }
}

/** The beginning of the keys of BullMQ's queue `default`. */
const queue = '{spiderfoot}:default:';

/** The sets and lists of BullMQ. Each job is in one of them. */
const states = {
  wait: 'queued',
  delayed: 'queued',
  active: 'running',
  completed: 'processed',
  failed: 'dead',
} as const;

function placeOf(location: string): Place {
  return {
    location,
    read: () =>
      withRedis(location, async (client) => {
        const places = await jobsByPlace(client);
        const rows: Row[] = [];
        const found = await jobIds(client);
        for (const job of found) rows.push(await readRow(client, job, places.get(job) ?? 'missing'));
        const isWhole = found.length === places.size && found.every((job) => places.has(job));
        return { rows, integrity: isWhole ? 'ok' : `${found.length} jobs, ${places.size} in lists` };
      }),
    async watch() {
      const client = new Redis(location);
      client.on('error', () => {});
      return {
        async isDrained() {
          const [wait, active, delayed] = await Promise.all([
            client.llen(`${queue}wait`),
            client.llen(`${queue}active`),
            client.zcard(`${queue}delayed`),
          ]);
          return wait + active + delayed === 0;
        },
        close: async () => client.disconnect(),
      };
    },
  };
}

/** Return the ids of all jobs. */
async function jobIds(client: Redis): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const keys of client.scanStream({ match: `${queue}*`, count: 1000, type: 'hash' })) {
    for (const key of keys) {
      const id = String(key).slice(queue.length);
      if (/^[0-9a-f]{32}-[^:]+$/.test(id)) ids.push(id);
    }
  }
  // SCAN may return a key twice.
  return [...new Set(ids)];
}

async function jobsByPlace(client: Redis): Promise<ReadonlyMap<string, string>> {
  const jobs = new Map<string, string>();
  for (const [place, state] of Object.entries(states)) {
    const isList = place === 'wait' || place === 'active';
    const ids = await (isList
      ? client.lrange(`${queue}${place}`, 0, -1)
      : client.zrange(`${queue}${place}`, '0', '-1'));
    for (const id of ids) jobs.set(id, state);
  }
  return jobs;
}

async function readRow(client: Redis, job: string, state: string): Promise<Row> {
  const [data, progress, result] = await client.hmget(`${queue}${job}`, 'data', 'progress', 'returnvalue');
  const { id, body, bodyBase64 } = JSON.parse(data ?? '{}');
  const { record } = JSON.parse((state === 'processed' ? result : progress) ?? '{}');
  const bytes =
    bodyBase64 === undefined ? Buffer.from(String(body)) : Buffer.from(String(bodyBase64), 'base64');
  return { id: String(id), hash: hashOf(bytes), state, failures: Number(record?.failures ?? 0) };
}
