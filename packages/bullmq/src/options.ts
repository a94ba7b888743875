import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { type DurableStoreOptions, readDurableStoreOptions } from '@spiderfoot-webhooks/core/stores';

/** The processed deliveries that Redis keeps, with their bodies, so that you can look at them and replay them. */
export interface KeepProcessed {
  /**
   * Milliseconds that a processed delivery is kept.
   * @default 86400000 (a day)
   */
  readonly maxAge?: number;
  /**
   * The maximum number of processed deliveries of an endpoint. 0 keeps none.
   * @default 1000
   */
  readonly keep?: number;
}

/** The options of other durable stores that the queue does not have. */
type OtherOption = 'pollInterval' | 'retention' | 'mustExist' | 'readOnly';

/** The options of {@link openQueue}. An unknown option or an invalid value is a `ConfigurationError`. */
export interface WebhookQueueOptions extends Omit<DurableStoreOptions, OtherOption> {
  /**
   * The beginning of all keys in Redis. Receivers with the same prefix share their queues. A Redis Cluster keeps keys with
   * the same text in braces on one node, which BullMQ requires.
   * @default '{spiderfoot}'
   */
  readonly prefix?: string;
  /**
   * The guarantee that Redis must give for a write. `ready()` checks it, and so does each reconnection. While Redis
   * promises less, deliveries are rejected with 503.
   *
   * - `always`: Redis syncs its append-only file before it responds (`appendonly yes`, `appendfsync always`), so a power
   *   failure loses nothing
   * - `everysec`: Redis syncs its append-only file once a second, after it has responded. A power failure can lose about
   *   the last second of acknowledged deliveries, and up to two seconds if the disk is busy. A crash of Redis can lose them
   *   only while its disk is busy, because Redis then delays its writes
   * - `unchecked`: your provider makes writes durable in another way
   * @default 'always'
   */
  readonly durability?: 'always' | 'everysec' | 'unchecked';
  /**
   * The number of replicas that must have a delivery before its 2xx response is sent (`WAIT`). Set it to 1 or more if a
   * replica can become the primary. Otherwise, a failover loses the deliveries that the replica does not have yet.
   * @default 0
   */
  readonly replicas?: number;
  /**
   * Milliseconds to wait for Redis before a delivery is rejected with 503. Until Redis responds again, further deliveries
   * are rejected immediately. Must be shorter than the sender's time limit, which is 10 seconds for SpiderFoot.
   * @default 4000
   */
  readonly patience?: number;
  /**
   * The share of `maxmemory` above which deliveries are rejected with 503. The rest is for the workers: at 100%, Redis
   * rejects their writes too, and the queue cannot drain.
   * @default 0.8
   */
  readonly memoryLimit?: number;
  /**
   * Milliseconds for which a delivery that is sent again is recognized as a duplicate. During this time, each delivery uses
   * about 150 bytes in Redis.
   * @default 86400000 (a day)
   */
  readonly dedupeTtl?: number;
  /** See {@link KeepProcessed}. */
  readonly keepProcessed?: KeepProcessed;
  /**
   * Milliseconds that a dead letter is kept. Must be at least `dedupeTtl`, so that a dead letter that is sent again is
   * retried, and not treated as a duplicate.
   * @default 2592000000 (30 days)
   */
  readonly keepDead?: number;
}

/** {@link WebhookQueueOptions}, checked and with defaults. */
export interface QueueSettings extends Required<Omit<WebhookQueueOptions, 'keepProcessed'>> {
  readonly keepProcessed: Required<KeepProcessed>;
}

const hour = 3_600_000;

const durabilities: readonly unknown[] = ['always', 'everysec', 'unchecked'];

const own: readonly string[] = [
  ...['prefix', 'durability', 'replicas', 'patience', 'memoryLimit'],
  ...['dedupeTtl', 'keepProcessed', 'keepDead'],
];

const others: Readonly<Record<OtherOption, true>> = {
  ...{ pollInterval: true, retention: true, mustExist: true, readOnly: true },
};

/** @throws ConfigurationError that names the option */
export function readOptions(options: WebhookQueueOptions): QueueSettings {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(others, name))
      throw new ConfigurationError(name, 'does not apply to a queue in Redis.');
  }
  const { maxAttempts, baseDelay, maxDelay, concurrency, lease, closeTimeout, logger } =
    readDurableStoreOptions(options, own);
  const { prefix = '{spiderfoot}', durability = 'always', memoryLimit = 0.8 } = options;
  const { replicas = 0, patience = 4000, dedupeTtl = 24 * hour, keepDead = 30 * 24 * hour } = options;
  if (typeof prefix !== 'string' || prefix === '') {
    throw new ConfigurationError('prefix', 'must be a non-empty string.');
  }
  if (!durabilities.includes(durability)) {
    throw new ConfigurationError('durability', `must be one of ${durabilities.join(', ')}.`);
  }
  if (!(typeof memoryLimit === 'number' && memoryLimit > 0 && memoryLimit <= 1)) {
    throw new ConfigurationError(
      'memoryLimit',
      'must be a share of maxmemory, greater than 0 and at most 1.',
    );
  }
  checkWhole('replicas', replicas, 0);
  checkWhole('patience', patience);
  checkWhole('dedupeTtl', dedupeTtl);
  checkWhole('keepDead', keepDead);
  if (keepDead < dedupeTtl) throw new ConfigurationError('keepDead', 'must be at least dedupeTtl.');
  return {
    ...{ maxAttempts, baseDelay, maxDelay, concurrency, lease, closeTimeout, logger },
    ...{ prefix, durability, memoryLimit, replicas, patience, dedupeTtl, keepDead },
    keepProcessed: readKeepProcessed(options.keepProcessed),
  };
}

function readKeepProcessed({ maxAge = 24 * hour, keep = 1000, ...unknown }: KeepProcessed = {}) {
  for (const name of Object.keys(unknown)) {
    throw new ConfigurationError(`keepProcessed.${name}`, 'is unknown. Known: maxAge, keep.');
  }
  checkWhole('keepProcessed.maxAge', maxAge);
  checkWhole('keepProcessed.keep', keep, 0);
  return { maxAge, keep };
}

/** The longest delay of a Node timer, which `patience` must not exceed. Other options may be longer. */
const longestTimer = 2_147_483_647;

function checkWhole(option: string, value: number, least = 1): void {
  const greatest = option === 'patience' ? longestTimer : Number.MAX_SAFE_INTEGER;
  if (Number.isSafeInteger(value) && value >= least && value <= greatest) return;
  throw new ConfigurationError(
    option,
    `must be a whole number from ${least} to ${greatest} (got ${String(value)}).`,
  );
}
