import type { DurableStoreOptions } from '@spiderfoot-webhooks/core/stores';
import { openSqlite } from './engines/sqlite.ts';
import { type Engine, engineOf } from './location.ts';
import type { Store } from './store.ts';

const engines: Readonly<Record<Engine, (location: string, options: DurableStoreOptions) => Promise<Store>>> =
  {
    sqlite: openSqlite,
  };

/**
 * Open the store at a location. Install the package of its engine: `@spiderfoot-webhooks/sqlite`.
 * @param location the path of a SQLite file
 * @param options the options that all durable stores have
 * @throws ConfigurationError if the location or an option is invalid, or if the file cannot be used
 * @throws MissingPackageError if the package of the engine is not installed
 * @example
 * const store = await openStore('webhooks.db');
 * const receiver = createReceiver({ secret, queue: store });
 */
export async function openStore(location: string, options: DurableStoreOptions = {}): Promise<Store> {
  return engines[engineOf(location)](location, options);
}
