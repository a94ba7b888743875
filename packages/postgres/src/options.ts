import { ConfigurationError } from '@spiderfoot-webhooks/core';
import {
  type DurableStoreOptions,
  type DurableStoreSettings,
  readDurableStoreOptions,
} from '@spiderfoot-webhooks/core/stores';

export interface StoreOptions extends DurableStoreOptions {
  /**
   * The schema with the store's tables. It is created if it does not exist.
   * @default 'spiderfoot'
   */
  readonly schema?: string;
  /**
   * The time limit for `enqueue`, `record`, `list` without `text`, `get` and `health`, in milliseconds. It includes all
   * waits: for a connection, for earlier deliveries, for each statement and for its commit. A delivery that takes longer
   * is rejected with 503. The limit must be shorter than the 10 seconds that SpiderFoot waits for a response. If the
   * server does not respond to a statement in time, further deliveries are rejected immediately until it responds again.
   *
   * Other methods read or change many deliveries, so their statements may take up to five minutes. They also wait at most
   * this long for a connection.
   * @default 4000
   */
  readonly patience?: number;
  /**
   * Whether to keep one connection open on which other processes announce new deliveries (LISTEN). Without it, or behind a
   * pooler such as PgBouncer, the store checks for deliveries of other processes every `pollInterval` milliseconds.
   * @default true
   */
  readonly listen?: boolean;
  /**
   * Open only a schema that exists and is up to date. It is not created or migrated.
   * @default false
   */
  readonly mustExist?: boolean;
  /**
   * Open the store for reading only, for example on a standby. The schema must be up to date. The store lacks the
   * capabilities `replay` and `prune`. As the `log` or `queue` of a receiver, it rejects with a StoreError, and `start`
   * throws it.
   * @default false
   */
  readonly readOnly?: boolean;
}

/** {@link StoreOptions}, checked and with defaults. */
export interface StoreSettings extends DurableStoreSettings {
  readonly schema: string;
  readonly patience: number;
  readonly listen: boolean;
}

/** The time that SpiderFoot waits for a response, in milliseconds. */
const senderPatience = 10_000;

/** @throws ConfigurationError that names the option */
export function readOptions(options: StoreOptions): StoreSettings {
  const { schema = 'spiderfoot', patience = 4000, listen = true } = options;
  const settings = readDurableStoreOptions(options, ['schema', 'patience', 'listen']);
  if (!(Number.isInteger(patience) && patience >= 1 && patience < senderPatience)) {
    throw new ConfigurationError(
      'patience',
      `must be a whole number of milliseconds from 1 to ${senderPatience - 1}.`,
    );
  }
  if (typeof listen !== 'boolean') throw new ConfigurationError('listen', 'must be true or false.');
  return { ...settings, schema: checkSchema(schema), patience, listen };
}

/**
 * Check the name of a schema.
 * @throws ConfigurationError if PostgreSQL would cut it off, or reserves it
 */
export function checkSchema(schema: string): string {
  if (typeof schema !== 'string' || !/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_')) {
    throw new ConfigurationError(
      'schema',
      `must consist of 1 to 63 lowercase letters, digits and underscores, and must not begin with a digit or "pg_" (got ${JSON.stringify(schema)}).`,
    );
  }
  return schema;
}
