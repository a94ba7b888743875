import type { DurableStoreOptions } from '@spiderfoot-webhooks/core/stores';
import { explained } from '../connection/explained.ts';
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
