import { openQueue } from '@spiderfoot-webhooks/bullmq';
import type { DeliveryQueue } from '@spiderfoot-webhooks/core/stores';
import { openStore as openPostgres } from '@spiderfoot-webhooks/postgres';
import { openStore as openSqlite } from '@spiderfoot-webhooks/sqlite';
import type { Engine } from './engine-servers.ts';

/** A durable queue of the kit. */
export type KitQueue = DeliveryQueue & Required<Pick<DeliveryQueue, 'health'>> & { close(): Promise<void> };

/** Open the queue of an engine with default options. */
export async function openKitQueue(engine: string | undefined, address: string): Promise<KitQueue> {
  const open = Object.entries(queues).find(([name]) => name === engine)?.[1];
  if (open === undefined) throw new Error(`No queue is named ${engine}`);
  const queue = open(address);
  await queue.ready?.();
  return queue;
}

const queues: Readonly<Record<Exclude<Engine, 'none'>, (address: string) => KitQueue>> = {
  sqlite: (address) => openSqlite(address),
  postgres: (address) => openPostgres(address),
  redis: (address) => openQueue(address),
  redisEverysec: (address) => openQueue(address, { durability: 'everysec' }),
};
