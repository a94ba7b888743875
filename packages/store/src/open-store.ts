import type { DurableStoreOptions } from '@spiderfoot-webhooks/core/stores';
import { openBullmq } from './engines/bullmq.ts';
import { openPostgres } from './engines/postgres.ts';
import { openSqlite } from './engines/sqlite.ts';
import { type Engine, engineOf } from './location.ts';
import type { Store } from './store.ts';

type Open = (location: string, options: DurableStoreOptions) => Promise<Store>;

const engines: Readonly<Record<Engine, Open>> = {
  sqlite: openSqlite,
  postgres: openPostgres,
  bullmq: openBullmq,
};

/**
 * Open the store at a location. Install the package of its engine: `@spiderfoot-webhooks/sqlite`, `postgres` or `bullmq`.
 *
 * The query of a URL may contain options of the engine. PostgreSQL: `schema`, `patience`, `listen`. Redis: `prefix`,
 * `durability`, `replicas`, `patience`, `memoryLimit`, `dedupeTtl`, `keepDead`. Other parameters belong to the driver.
 * @param location the path of a SQLite file, a `postgres://` URL or a `redis://` URL
 * @param options the options that all durable stores have. Redis lacks `pollInterval` and `retention`
 * @returns a promise of the store. A store on a server connects later: see {@link Store.ready}
 * @throws ConfigurationError if the location or an option is invalid, or if a file cannot be used
 * @throws MissingPackageError if the package of the engine is not installed
 * @example
 * const store = await openStore('postgres://app@db.example.com/events?schema=webhooks');
 * const receiver = createReceiver({ secret, queue: store });
 */
export async function openStore(location: string, options: DurableStoreOptions = {}): Promise<Store> {
  return engines[engineOf(location)](location, options);
}
