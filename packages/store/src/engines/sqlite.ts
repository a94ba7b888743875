import type { DurableStoreOptions } from '@spiderfoot-webhooks/core/stores';
import type { Store } from '../store.ts';
import { loadEngine } from './load-engine.ts';

/** Open a SQLite file. */
export async function openSqlite(path: string, options: DurableStoreOptions): Promise<Store> {
  const { openStore } = await loadEngine('sqlite', () => import('@spiderfoot-webhooks/sqlite'));
  return { ...openStore(path, options), ready: async () => {} };
}
