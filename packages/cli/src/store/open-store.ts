import type { DeliveryStore, StoreCapability } from '@spiderfoot-webhooks/core/stores';
import { withFlagNames } from '../arguments/flag-names.ts';
import { CommandFailure } from '../failure/failure.ts';

/** The default of `--db`. */
export const defaultDatabase = 'webhooks.db';

/**
 * Open an existing store, run a function with it, and close it. Safe while a receiver uses the store.
 * @param needs the capabilities that the function uses
 * @throws ConfigurationError if the file is missing or is not a database of deliveries
 * @throws CommandFailure if the store lacks a capability
 */
export function withStore<Result>(
  path: string,
  needs: readonly StoreCapability[],
  use: (store: DeliveryStore) => Promise<Result>,
): Promise<Result> {
  return withOpened(() => openSqlite(path, 'write'), needs, use);
}

/**
 * Like {@link withStore}, but for reading only, so read permission is enough. If an older version or the guide's
 * logger has written the file, it is updated first if possible.
 */
export function withStoreToRead<Result>(
  path: string,
  needs: readonly StoreCapability[],
  use: (store: DeliveryStore) => Promise<Result>,
): Promise<Result> {
  return withOpened(() => openSqlite(path, 'read'), needs, use);
}

/** Open a SQLite file. Another kind of store is added here. */
async function openSqlite(path: string, access: 'read' | 'write'): Promise<DeliveryStore> {
  const { FileInUseError, openStore, OutdatedFileError } = await import('@spiderfoot-webhooks/sqlite');
  if (access === 'write') return openStore(path, { mustExist: true });
  try {
    return openStore(path, { readOnly: true });
  } catch (error) {
    if (!(error instanceof OutdatedFileError)) throw error;
    try {
      return openStore(path, { mustExist: true });
    } catch (migrationError) {
      throw migrationError instanceof FileInUseError ? migrationError : error;
    }
  }
}

/** @throws CommandFailure if the store lacks a capability */
export function requireCapabilities(
  { capabilities }: Pick<DeliveryStore, 'capabilities'>,
  needs: readonly StoreCapability[],
): void {
  const missing = needs.find((need) => !capabilities.has(need));
  if (missing === undefined) return;
  throw new CommandFailure(`This store does not support "${missing}", which the command needs.`, {
    hint: `It supports: ${[...capabilities].join(', ')}.`,
  });
}

function withOpened<Result>(
  open: () => Promise<DeliveryStore>,
  needs: readonly StoreCapability[],
  use: (store: DeliveryStore) => Promise<Result>,
): Promise<Result> {
  return withFlagNames(async () => {
    const store = await open();
    try {
      requireCapabilities(store, needs);
      return await use(store);
    } finally {
      await store.close();
    }
  });
}
