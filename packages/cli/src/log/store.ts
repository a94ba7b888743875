import type { Store } from '@spiderfoot-webhooks/sqlite';
import { withFlagNames } from '../terminal/flag-names.ts';

/** Where deliveries are, where nobody says otherwise. */
export const defaultDatabase = 'webhooks.db';

/**
 * Opens a database that exists, passes it on, and closes it. Safe beside a receiver that is at work on it.
 * @throws ConfigurationError if it is missing, or holds no deliveries
 */
export function withStore<Result>(path: string, use: (store: Store) => Promise<Result>): Promise<Result> {
  return withOpened(({ openStore }) => openStore(path, { mustExist: true }), use);
}

/**
 * The same, to look at it only: the right to read it is enough. A file that has to be written first, because an older version
 * or the guide's logger has written it, is brought up to date if that is possible.
 */
export function withStoreToRead<Result>(
  path: string,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  return withOpened((sqlite) => openToRead(sqlite, path), use);
}

type Sqlite = typeof import('@spiderfoot-webhooks/sqlite');

function openToRead({ openStore, OutdatedFileError }: Sqlite, path: string): Store {
  try {
    return openStore(path, { readOnly: true });
  } catch (error) {
    if (!(error instanceof OutdatedFileError)) throw error;
    try {
      return openStore(path, { mustExist: true });
    } catch {
      throw error;
    }
  }
}

function withOpened<Result>(
  open: (sqlite: Sqlite) => Store,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  return withFlagNames(async () => {
    const store = open(await import('@spiderfoot-webhooks/sqlite'));
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  });
}
