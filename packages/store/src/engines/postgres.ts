import type { DurableStoreOptions } from '@spiderfoot-webhooks/core/stores';
import type { PendingMigrations } from '@spiderfoot-webhooks/postgres';
import { explain, explained } from '../connection/explained.ts';
import type { Store } from '../store.ts';
import { loadEngine } from './load-engine.ts';
import { urlOptions } from './url-options.ts';

/** Open the deliveries in a schema of a PostgreSQL database. */
export async function openPostgres(location: string, options: DurableStoreOptions): Promise<Store> {
  const { openStore } = await loadEngine('postgres', () => import('@spiderfoot-webhooks/postgres'));
  const query = urlOptions(location);
  const own = { ...query.text('schema'), ...query.number('patience'), ...query.boolean('listen') };
  return explained(location, () => openStore(query.rest(), { ...options, ...own }));
}

/**
 * Return the migrations that the schema of a PostgreSQL store lacks. Nothing is changed.
 * @param location a `postgres://` URL
 * @throws ConfigurationError or StoreUnavailableError, as `ready` does
 */
export async function pendingMigrations(location: string): Promise<PendingMigrations> {
  const postgres = await loadEngine('postgres', () => import('@spiderfoot-webhooks/postgres'));
  const query = urlOptions(location);
  const options = { ...query.text('schema'), ...query.number('patience') };
  // The other option of the kit does not belong to the driver either.
  query.boolean('listen');
  try {
    return await postgres.pendingMigrations(query.rest(), options);
  } catch (error) {
    throw explain(location, error);
  }
}
