import type { Store } from '@spiderfoot-webhooks/sqlite';
import { withFlagNames } from '../arguments/flag-names.ts';

/** Where deliveries are, where nobody says otherwise. */
export const defaultDatabase = 'webhooks.db';

/**
 * Open an existing database, run a function with it, and close it. Safe while a receiver uses the database.
 * @throws ConfigurationError if the file is missing or is not a database of deliveries
 */
export function withStore<Result>(path: string, use: (store: Store) => Promise<Result>): Promise<Result> {
  return withOpened(({ openStore }) => openStore(path, { mustExist: true }), use);
}

/**
 * Like {@link withStore}, but for reading only, so read permission is enough. If an older version or the guide's
 * logger has written the file, it is updated first if possible.
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
