import type { Store } from '@spiderfoot-webhooks/sqlite';
import { withFlagNames } from '../terminal/flag-names.ts';

/** Where deliveries are, where nobody says otherwise. */
export const defaultDatabase = 'webhooks.db';

/**
 * Opens a database that is there already, hands it over, and closes it. Safe beside a receiver that is at work on it.
 * @throws ConfigurationError where it is missing, or holds no deliveries
 */
export async function withStore<Result>(
  path: string,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const { openStore } = await import('@spiderfoot-webhooks/sqlite');
  return withFlagNames(async () => {
    const store = openStore(path, { mustExist: true });
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  });
}
