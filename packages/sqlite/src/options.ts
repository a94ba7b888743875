import { ConfigurationError, type Logger } from '@spiderfoot-webhooks/core';
import { checkPrunableStates, type PruneOptions, readWorkerOptions } from '@spiderfoot-webhooks/core/stores';

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

/** The options of {@link openStore}. An unknown option or an invalid value is a `ConfigurationError`. */
export interface StoreOptions {
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
   * The number of unauthenticated rejections to keep individually, with their time, code and address, but never a body.
   * All rejections are counted by hour, regardless of this number.
   * @default 0
   */
  readonly keepRejections?: number;
  /**
   * Open only an existing file. A file that is missing, is empty or has no table `webhook_logs` is an error, and is not
   * changed. If another process has a file of an older version open, `openStore` throws a `FileInUseError`, and does not
   * migrate the file.
   * @default false: a missing file is created
   */
  readonly mustExist?: boolean;
  /**
   * Open the file for reading only. Neither the file nor its journals are written, so read permission is enough. A receiver
   * can use the file at the same time. A file of an older version cannot be opened with this option.
   *
   * The store lacks the capabilities `replay` and `prune`. It cannot be the `log` or `queue` of a receiver: its methods
   * that write fail with a `StoreError`.
   * @default false
   */
  readonly readOnly?: boolean;
  /**
   * The logger of the store. `error` gets failures in the background, and dead letters whose receiver has no logger. `warn`
   * gets a warning if this process opens the file twice. If the logger has no `warn`, Node prints a process warning.
   * @default undefined: nothing is logged, except for the process warning
   */
  readonly logger?: StoreLogger;
}

/** The options, checked, with their defaults. */
export interface StoreSettings extends Required<Omit<StoreOptions, 'retention'>> {
  readonly retention: Retention | undefined;
}

const workerDefaults = {
  maxAttempts: 20,
  baseDelay: 1000,
  maxDelay: 3_600_000,
  concurrency: 16,
  lease: 30_000,
  pollInterval: 1000,
  closeTimeout: 10_000,
};

const known: readonly string[] = [
  ...Object.keys(workerDefaults),
  'keepRejections',
  'retention',
  'mustExist',
  'readOnly',
  'logger',
];

const silent: StoreLogger = { error: () => {} };

/** The longest delay of a Node timer, in milliseconds. Node runs a timer with a longer delay after 1 ms. */
const maxTimerDelay = 2_147_483_647;

/** @throws ConfigurationError that names the option */
export function readOptions(options: StoreOptions): StoreSettings {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new ConfigurationError(name, `is unknown. Known: ${known.join(', ')}.`);
  }
  const { keepRejections = 0, retention, mustExist = false, readOnly = false, logger = silent } = options;
  const workerSettings = readWorkerOptions(options, workerDefaults);
  if (!isWhole(keepRejections, 0)) {
    throw new ConfigurationError('keepRejections', `must be a whole number from 0 to ${maxTimerDelay}.`);
  }
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
    keepRejections,
    retention: readRetention(retention),
    mustExist,
    readOnly,
    logger,
  };
}

function isWhole(value: unknown, min: number, max = maxTimerDelay): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
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
  for (const [name, value] of Object.entries({ maxAge, keep, every })) {
    const max = name === 'every' ? maxTimerDelay : Number.MAX_SAFE_INTEGER;
    if (value === undefined || isWhole(value, 1, max)) continue;
    throw new ConfigurationError(`retention.${name}`, `must be a whole number from 1 to ${max}.`);
  }
  if (states !== undefined) checkPrunableStates(states, 'retention.states');
  return retention;
}
