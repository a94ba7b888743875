import type { DeliveryStore, StoreCapability } from '@spiderfoot-webhooks/core/stores';
import type { Store } from '@spiderfoot-webhooks/store';
import { withFlagNames } from '../arguments/flag-names.ts';
import { CommandFailure } from '../failure/failure.ts';

/** The store of a command without `--store`, if the environment names none. */
const defaultLocation = 'webhooks.db';

/**
 * Open an existing store, run a function with it, and close it. Safe while a receiver uses the store.
 * @param location the value of `--store`, if it is given
 * @param needs the capabilities that the function uses
 * @throws UsageFailure if the store is missing or cannot be used
 * @throws CommandFailure if the store lacks a capability
 */
export function withStore<Result>(
  location: string | undefined,
  needs: readonly StoreCapability[],
  use: (store: DeliveryStore) => Promise<Result>,
): Promise<Result> {
  return withOpened(({ openStore }) => openStore(locationOf(location), { mustExist: true }), needs, use);
}

/**
 * Like {@link withStore}, but for reading only, so read permission is enough. If an older version or the guide's
 * logger has written a file, it is updated first if possible.
 */
export function withStoreToRead<Result>(
  location: string | undefined,
  needs: readonly StoreCapability[],
  use: (store: DeliveryStore) => Promise<Result>,
): Promise<Result> {
  return withOpened((engines) => openToRead(engines, locationOf(location), needs), needs, use);
}

export type StorePackage = typeof import('@spiderfoot-webhooks/store');

/** Return the location that the flag or the environment specifies. */
export function locationOf(flag: string | undefined): string {
  return flag ?? (process.env.SPIDERFOOT_WEBHOOK_STORE || defaultLocation);
}

/** Open a store for reading only. A SQLite file of an older version is updated first if possible. */
export async function openToRead(
  { engineOf, openStore }: StorePackage,
  location: string,
  needs: readonly StoreCapability[],
): Promise<Store> {
  const engine = engineOf(location);
  // Before a search, PostgreSQL adds the words of new deliveries to its index, which readOnly does not allow.
  if (engine === 'postgres' && needs.includes('text')) return openStore(location, { mustExist: true });
  try {
    return await openStore(location, { readOnly: true });
  } catch (error) {
    if (engine !== 'sqlite') throw error;
    const { FileInUseError, OutdatedFileError } = await import('@spiderfoot-webhooks/sqlite');
    if (!(error instanceof OutdatedFileError)) throw error;
    try {
      return await openStore(location, { mustExist: true });
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
  open: (engines: StorePackage) => Promise<Store>,
  needs: readonly StoreCapability[],
  use: (store: DeliveryStore) => Promise<Result>,
): Promise<Result> {
  return withFlagNames(async () => {
    const store = await open(await import('@spiderfoot-webhooks/store'));
    try {
      requireCapabilities(store, needs);
      await store.ready();
      return await use(store);
    } finally {
      await store.close();
    }
  });
}
