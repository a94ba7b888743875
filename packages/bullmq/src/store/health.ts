import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import type { Queue } from 'bullmq';
import type { Queues } from '../queue/queues.ts';
import type { LinkCommands } from '../redis/link.ts';
import { countDead } from './dead-counts.ts';

/** The delayed jobs of an endpoint whose times are read, to find the oldest one. */
const delayedRead = 1000;

/** Count the deliveries that are not settled. Only of dead letters, Redis reads one field of each. */
export async function readHealth(link: LinkCommands, queues: Queues): Promise<StoreHealth> {
  const endpoints = await link.run(queues.endpoints);
  const all = await Promise.all(endpoints.map((endpoint) => readQueue(link, queues.of(endpoint))));
  const sum = (name: 'waiting' | 'running' | 'delayed' | 'dead') =>
    all.reduce((total, health) => total + health[name], 0);
  const oldest = Math.min(...all.flatMap((health) => health.oldest));
  return {
    ready: true,
    ...{ waiting: sum('waiting'), running: sum('running'), delayed: sum('delayed'), dead: sum('dead') },
    oldest: Number.isFinite(oldest) ? new Date(oldest) : undefined,
  };
}

async function readQueue(link: LinkCommands, queue: Queue) {
  const { backend } = queue;
  const [waiting = 0, running = 0, all = 0] = await link.run(() =>
    backend.getCounts([...(['waiting', 'active', 'delayed'] as const)]),
  );
  const [due = 0] = await link.run(() => backend.getCounts(['delayed'], Date.now()));
  const { dead } = await countDead(link, queue);
  return {
    waiting: waiting + due,
    running,
    delayed: all - due,
    dead,
    oldest: await link.run(() => oldestTimes(link, queue)),
  };
}

/** Return the times at which the oldest waiting job and the delayed jobs were received. */
async function oldestTimes({ client }: LinkCommands, queue: Queue): Promise<readonly number[]> {
  const [first] = await client.lrange(queue.toKey('wait'), -1, -1);
  const delayed = await client.zrange(queue.toKey('delayed'), 0, `${delayedRead - 1}`);
  const keys = first === undefined ? delayed : [first, ...delayed];
  const times = await Promise.all(keys.map((key) => client.hget(queue.toKey(key), 'timestamp')));
  return times.flatMap((time) => (time === null ? [] : Number(time)));
}
