import { ConfigurationError } from '../../errors.ts';
import { readCount } from '../../options/number-options.ts';
import { rejectUnknownOptions } from '../../options/unknown-options.ts';
import type { Logger } from '../../reporting/logger.ts';
import { checkPrunableStates, type PruneOptions } from '../records/prune-options.ts';
import { readWorkerOptions, type WorkerOptions } from '../rules/worker-options.ts';

/** The deliveries that the store deletes automatically. `maxAge` or `keep` is required. With both, a delivery must match both. */
export interface Retention extends Pick<PruneOptions, 'states' | 'keep'> {
  /** The time that a delivery is kept after it was received, in milliseconds. */
  readonly maxAge?: number;
  /**
   * The time between two runs, in milliseconds.
   * @default 3600000 (an hour)
   */
  readonly every?: number;
}

/** A logger with `error`, and optionally `warn`. */
export type StoreLogger = Pick<Logger, 'error'> & Partial<Pick<Logger, 'warn'>>;

/** The options that all durable stores have. */
export interface DurableStoreOptions {
  /**
   * The number of failed attempts before a delivery becomes a dead letter. An attempt whose process crashes counts. An
   * attempt that is interrupted because the store closes does not. With the default delays, 20 attempts take about four
   * hours.
   * @default 20
   */
  readonly maxAttempts?: number;
  /**
   * The longest delay before the first retry, in milliseconds. It doubles with each retry, up to `maxDelay`. The actual
   * delay is random, between 0 and this limit, so that deliveries that failed together are not retried together.
   * @default 1000
   */
  readonly baseDelay?: number;
  /**
   * The longest delay before any retry, in milliseconds. A handler that throws `RetryLaterError` can ask for a longer delay,
   * up to a day.
   * @default 3600000 (an hour)
   */
  readonly maxDelay?: number;
  /**
   * The number of queued deliveries of an endpoint that run at once in this process.
   * @default 16
   */
  readonly concurrency?: number;
  /**
   * The duration of a lease, in milliseconds. If a process does not renew the lease of a delivery in this time, another
   * process takes over the delivery. A process renews its leases three times in this period, so a handler may take longer.
   * @default 30000
   */
  readonly lease?: number;
  /**
   * The time between two checks for deliveries that other processes have queued, in milliseconds. Deliveries that this
   * process queues run at once.
   * @default 1000
   */
  readonly pollInterval?: number;
  /**
   * The time that closing waits for running handlers, in milliseconds. Their deliveries are then put back into the queue.
   * @default 10000
   */
  readonly closeTimeout?: number;
  /**
   * Delete old deliveries automatically. **Their duplicates are no longer recognized.**
   * @default undefined: everything is kept
   * @example retention: { maxAge: 90 * 24 * 3_600_000 }
   */
  readonly retention?: Retention;
  /**
   * Open only a store that exists, and do not create or update it.
   * @default false
   */
  readonly mustExist?: boolean;
  /**
   * Open the store for reading only. It then lacks the capabilities `replay` and `prune`.
   * @default false
   */
  readonly readOnly?: boolean;
  /**
   * The logger of the store. `error` gets failures in the background, and dead letters whose receiver has no logger. `warn` gets
   * warnings.
   * @default silent
   */
  readonly logger?: StoreLogger;
}

/** {@link DurableStoreOptions}, checked and with defaults. */
export interface DurableStoreSettings extends WorkerOptions {
  readonly retention: Retention | undefined;
  readonly mustExist: boolean;
  readonly readOnly: boolean;
  readonly logger: StoreLogger;
}

const workerDefaults: WorkerOptions = {
  maxAttempts: 20,
  baseDelay: 1000,
  maxDelay: 3_600_000,
  concurrency: 16,
  lease: 30_000,
  pollInterval: 1000,
  closeTimeout: 10_000,
};

const names = [...Object.keys(workerDefaults), 'retention', 'mustExist', 'readOnly', 'logger'] as const;

const silent: StoreLogger = { error: () => {} };

/**
 * Check the options that all durable stores have, and fill in the defaults.
 * @param own the names of the options that only this store has
 * @throws ConfigurationError that names the option
 * @example
 * const settings = readDurableStoreOptions(options, ['schema']);
 */
export function readDurableStoreOptions(
  options: DurableStoreOptions,
  own: readonly string[] = [],
): DurableStoreSettings {
  rejectUnknownOptions(options, [...names, ...own]);
  const { retention, mustExist = false, readOnly = false, logger = silent } = options;
  const workerSettings = readWorkerOptions(options, workerDefaults);
  if (typeof mustExist !== 'boolean') throw new ConfigurationError('mustExist', 'must be true or false.');
  if (typeof readOnly !== 'boolean') throw new ConfigurationError('readOnly', 'must be true or false.');
  if (readOnly && retention !== undefined) {
    throw new ConfigurationError(
      'retention',
      'deletes deliveries, which readOnly does not allow. Remove one of the two options.',
    );
  }
  if (typeof logger.error !== 'function')
    throw new ConfigurationError('logger', 'must be an object with error().');
  return {
    ...workerSettings,
    retention: readRetention(retention),
    mustExist,
    readOnly,
    logger,
  };
}

function readRetention(retention: Retention | undefined): Retention | undefined {
  if (retention === undefined) return undefined;
  const { maxAge, keep, every, states, ...unknown } = retention;
  for (const name of Object.keys(unknown)) {
    throw new ConfigurationError(`retention.${name}`, 'is unknown. Known: maxAge, keep, every, states.');
  }
  if (maxAge === undefined && keep === undefined) {
    throw new ConfigurationError('retention', 'must have "maxAge", "keep" or both.');
  }
  if (every !== undefined) readCount('retention.every', every, 'milliseconds');
  for (const [name, value] of Object.entries({ maxAge, keep })) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) continue;
    throw new ConfigurationError(
      `retention.${name}`,
      `must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}.`,
    );
  }
  if (states !== undefined) checkPrunableStates(states, 'retention.states');
  return retention;
}
