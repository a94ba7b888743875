import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import type { Queue } from 'bullmq';
import type { Queues } from '../queue/queues.ts';
import type { RedisClient } from '../redis/clients.ts';

/** The delayed jobs of an endpoint whose times are read, to find the oldest one. */
const delayedRead = 1000;

/** Count the deliveries that are not settled. Redis counts them without reading them. */
export async function readHealth(client: RedisClient, queues: Queues): Promise<StoreHealth> {
  const endpoints = await queues.endpoints();
  const all = await Promise.all(endpoints.map((endpoint) => readQueue(client, queues.of(endpoint))));
  const sum = (name: 'waiting' | 'running' | 'delayed' | 'dead') =>
    all.reduce((total, health) => total + health[name], 0);
  const oldest = Math.min(...all.flatMap((health) => health.oldest));
  return {
    ready: true,
    ...{ waiting: sum('waiting'), running: sum('running'), delayed: sum('delayed'), dead: sum('dead') },
    oldest: Number.isFinite(oldest) ? new Date(oldest) : undefined,
  };
}

async function readQueue(client: RedisClient, queue: Queue) {
  const { backend } = queue;
  const [waiting = 0, running = 0, all = 0, dead = 0] = await backend.getCounts([
    ...(['waiting', 'active', 'delayed', 'failed'] as const),
  ]);
  const [due = 0] = await backend.getCounts(['delayed'], Date.now());
  return {
    waiting: waiting + due,
    running,
    delayed: all - due,
    dead,
    oldest: await oldestTimes(client, queue),
  };
}

/** Return the times at which the oldest waiting job and the delayed jobs were received. */
async function oldestTimes(client: RedisClient, queue: Queue): Promise<readonly number[]> {
  const [first] = await client.lrange(queue.toKey('wait'), -1, -1);
  const delayed = await client.zrange(queue.toKey('delayed'), 0, `${delayedRead - 1}`);
  const keys = first === undefined ? delayed : [first, ...delayed];
  const times = await Promise.all(keys.map((key) => client.hget(queue.toKey(key), 'timestamp')));
  return times.flatMap((time) => (time === null ? [] : Number(time)));
}
