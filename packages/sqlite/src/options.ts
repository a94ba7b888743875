import { ConfigurationError, type Logger } from '@spiderfoot-webhooks/core';
import { checkPrunableStates, type PruneOptions, readWorkerOptions } from '@spiderfoot-webhooks/core/stores';

/** The deliveries that are deleted automatically. */
export interface Retention extends Pick<PruneOptions, 'states' | 'keep'> {
  /** Milliseconds that a delivery is kept after it was received. */
  readonly maxAge?: number;
  /**
   * Milliseconds between two runs.
   * @default 3600000 (an hour)
   */
  readonly every?: number;
}

/** Any logger with `error`. `warn` is optional. */
export type StoreLogger = Pick<Logger, 'error'> & Partial<Pick<Logger, 'warn'>>;

export interface StoreOptions {
  /**
   * The number of failed attempts before a delivery becomes a dead letter. An attempt whose process crashes counts. An
   * attempt that closing interrupts does not. With the default delays, 20 attempts take about four hours.
   * @default 20
   */
  readonly maxAttempts?: number;
  /**
   * The longest delay before the first retry, in milliseconds. It doubles with each retry. The actual delay is a
   * random part of it, so that deliveries that failed together are not retried together.
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
   * Milliseconds without a renewal after which another process takes a delivery over. A process renews its leases three
   * times in this period, so a handler may take longer.
   * @default 30000
   */
  readonly lease?: number;
  /**
   * Milliseconds between two checks for deliveries that other processes have queued. Deliveries of this process run at
   * once.
   * @default 1000
   */
  readonly pollInterval?: number;
  /**
   * Milliseconds that closing waits for running handlers. Then their deliveries are put back into the queue.
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
   * The number of unauthenticated rejections to keep individually (time, code and address, never a body). All of them are
   * counted, whatever this number.
   * @default 0
   */
  readonly keepRejections?: number;
  /**
   * Open only an existing file. A file that is missing, is empty or has no `webhook_logs` is an error and is not changed.
   * A file of an older version that another process has open throws a `FileInUseError` and is not migrated.
   * @default false: the file is created
   */
  readonly mustExist?: boolean;
  /**
   * Open the file for reading only. Neither the file nor its journals are written, so read permission is enough. Safe
   * while a receiver uses the file. The store lacks the capabilities `replay` and `prune`. As the `log` or `queue` of a
   * receiver, it rejects with a StoreError, and `start` throws it. A file of an older version cannot be opened with this
   * option.
   * @default false
   */
  readonly readOnly?: boolean;
  /**
   * A logger. `error` gets failures in the background, and dead letters whose receiver has no logger. `warn` gets a
   * warning if this process opens the file twice; without `warn`, a process warning is emitted.
   * @default silent, except for the process warning
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

/** Node's timers turn anything longer into 1 ms. */
const longestTimer = 2_147_483_647;

/** @throws ConfigurationError that names the option */
export function readOptions(options: StoreOptions): StoreSettings {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new ConfigurationError(name, `is unknown. Known: ${known.join(', ')}.`);
  }
  const { keepRejections = 0, retention, mustExist = false, readOnly = false, logger = silent } = options;
  const workerSettings = readWorkerOptions(options, workerDefaults);
  if (!isWhole(keepRejections, 0)) {
    throw new ConfigurationError('keepRejections', `must be a whole number from 0 to ${longestTimer}.`);
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

function isWhole(value: unknown, least: number, greatest = longestTimer): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= greatest;
}

function readRetention(retention: Retention | undefined): Retention | undefined {
  if (retention === undefined) return undefined;
  const { maxAge, keep, every, states, ...unknown } = retention;
  for (const name of Object.keys(unknown)) {
    throw new ConfigurationError(`retention.${name}`, 'is unknown. Known: maxAge, keep, every, states.');
  }
  if (maxAge === undefined && keep === undefined) {
    throw new ConfigurationError('retention', 'needs "maxAge", "keep" or both.');
  }
  for (const [name, value] of Object.entries({ maxAge, keep, every })) {
    const greatest = name === 'every' ? longestTimer : Number.MAX_SAFE_INTEGER;
    if (value === undefined || isWhole(value, 1, greatest)) continue;
    throw new ConfigurationError(`retention.${name}`, `must be a whole number from 1 to ${greatest}.`);
  }
  if (states !== undefined) checkPrunableStates(states, 'retention.states');
  return retention;
}
