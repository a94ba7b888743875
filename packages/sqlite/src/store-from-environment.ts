import { ConfigurationError, type ReceiverOptions } from '@spiderfoot-webhooks/core';
import type { StoreOptions } from './options.ts';
import { openStore, type Store } from './store.ts';

/** The store that the environment configures, if any. */
export interface StoreFromEnvironment {
  /** The options for `createReceiver`. */
  readonly options: Pick<ReceiverOptions, 'log' | 'queue'>;
  readonly store: Store | undefined;
  /** Close the store, if there is one. Pass this function to `serve` as `onClose`. */
  close(): Promise<void>;
}

/**
 * Open the store that two environment variables configure. All examples use them.
 *
 * - `SPIDERFOOT_WEBHOOK_DB`: the path of the database. If it is not set, no store is opened.
 * - `SPIDERFOOT_WEBHOOK_MODE`: with `inline` (the default), the handlers run before the response, and the store is the
 *   receiver's log. With `queued`, the response is sent when the delivery is stored, and the handlers run later.
 * @throws ConfigurationError that names the variable
 * @example
 * const stored = storeFromEnvironment();
 * const receiver = createReceiver({ ...options, ...stored.options });
 * await serve(app, receiver, { host, port, onClose: stored.close });
 */
export function storeFromEnvironment(
  options: StoreOptions = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): StoreFromEnvironment {
  const { SPIDERFOOT_WEBHOOK_DB: path, SPIDERFOOT_WEBHOOK_MODE: mode = 'inline' } = env;
  if (mode !== 'inline' && mode !== 'queued' && mode !== '') {
    throw new ConfigurationError(
      'SPIDERFOOT_WEBHOOK_MODE',
      `is ${JSON.stringify(mode)}, but must be "inline" or "queued".`,
    );
  }
  if (path === undefined || path === '') {
    if (mode !== 'queued') return { options: {}, store: undefined, close: async () => {} };
    throw new ConfigurationError(
      'SPIDERFOOT_WEBHOOK_MODE',
      'is "queued", which requires a database. Set SPIDERFOOT_WEBHOOK_DB to its path.',
    );
  }
  const store = openStore(path, options);
  const receiverOptions = mode === 'queued' ? { queue: store } : { log: store };
  return { options: receiverOptions, store, close: () => store.close() };
}
