import { ConfigurationError, type ReceiverOptions } from '@spiderfoot-webhooks/core';
import type { DurableStoreOptions } from '@spiderfoot-webhooks/core/stores';
import { openStore } from './open-store.ts';
import type { Store } from './store.ts';

/** The store that the environment configures, if any. */
export interface StoreFromEnvironment {
  /** The options for `createReceiver`. */
  readonly options: Pick<ReceiverOptions, 'log' | 'queue'>;
  readonly store: Store | undefined;
  /** Close the store, if there is one. Pass this function to `serve` as `onClose`. */
  close(): Promise<void>;
}

/**
 * Open the store that two environment variables configure, and wait until it can be used. All examples use them.
 *
 * - `SPIDERFOOT_WEBHOOK_STORE`: the location of the store, for {@link openStore}. If it is not set, no store is opened.
 * - `SPIDERFOOT_WEBHOOK_MODE`: with `inline` (the default), the handlers run before the response, and the store is the
 *   receiver's log. With `queued`, the response is sent when the delivery is stored, and the handlers run later.
 * @throws ConfigurationError that names the variable
 * @example
 * const stored = await storeFromEnvironment();
 * const receiver = createReceiver({ ...options, ...stored.options });
 * await serve(app, receiver, { host, port, onClose: stored.close });
 */
export async function storeFromEnvironment(
  options: DurableStoreOptions = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<StoreFromEnvironment> {
  const { SPIDERFOOT_WEBHOOK_STORE: location, SPIDERFOOT_WEBHOOK_MODE: mode = 'inline' } = env;
  if (mode !== 'inline' && mode !== 'queued' && mode !== '') {
    throw new ConfigurationError(
      'SPIDERFOOT_WEBHOOK_MODE',
      `is ${JSON.stringify(mode)}, but must be "inline" or "queued".`,
    );
  }
  if (location === undefined || location === '') {
    if (mode !== 'queued') return { options: {}, store: undefined, close: async () => {} };
    throw new ConfigurationError(
      'SPIDERFOOT_WEBHOOK_MODE',
      'is "queued", which needs a store. Set SPIDERFOOT_WEBHOOK_STORE, for example to webhooks.db.',
    );
  }
  const store = await openReady(location, options);
  const close = () => store.close();
  if (mode === 'queued') return { options: { queue: store }, store, close };
  const { record } = store;
  if (record !== undefined) return { options: { log: { ...store, record } }, store, close };
  await close();
  throw new ConfigurationError(
    'SPIDERFOOT_WEBHOOK_MODE',
    'must be "queued" for a store in Redis, which is a queue and not a log.',
  );
}

/** @throws ConfigurationError that names the variable in place of the option */
async function openReady(location: string, options: DurableStoreOptions): Promise<Store> {
  try {
    const store = await openStore(location, options);
    try {
      await store.ready();
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  } catch (error) {
    if (!(error instanceof ConfigurationError) || error.option !== 'store') throw error;
    const problem = error.message.replace(/^Option "store" /, '');
    throw new ConfigurationError('SPIDERFOOT_WEBHOOK_STORE', problem);
  }
}
