import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQueue } from '@spiderfoot-webhooks/bullmq';
import type { DeliveryQueue, DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { openStore as openPostgres } from '@spiderfoot-webhooks/postgres';
import { openStore as openSqlite } from '@spiderfoot-webhooks/sqlite';
import type { RequiredServer } from '../../support/servers/describe-with-server.ts';
import { postgres, startPostgres } from '../../support/servers/postgres.ts';
import { redis, startRedis } from '../../support/servers/redis.ts';

/** A queue that the inspector can show. */
export type InspectedStore = DeliveryStore & DeliveryQueue;

/** A kind of store. */
export interface StoreKind {
  readonly name: string;
  /** The server that it needs, if any. */
  readonly server?: RequiredServer;
  /** Open an empty store. */
  open(): Promise<{ readonly store: InspectedStore; release(): Promise<void> | void }>;
}

const options = { maxAttempts: 1 };

/** Every store of the kit. */
export const storeKinds: readonly StoreKind[] = [
  {
    name: 'SQLite',
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'inspector-'));
      const store = openSqlite(join(folder, 'webhooks.db'), { ...options, pollInterval: 50 });
      return { store, release: () => rmSync(folder, { recursive: true, force: true }) };
    },
  },
  {
    name: 'PostgreSQL',
    server: postgres,
    async open() {
      const server = await startPostgres();
      const store = openPostgres(server.connectionString, { ...options, pollInterval: 50 });
      return { store, release: () => server.stop() };
    },
  },
  {
    name: 'BullMQ',
    server: redis,
    async open() {
      const server = await startRedis();
      return { store: openQueue(server.url, options), release: () => server.stop() };
    },
  },
];
