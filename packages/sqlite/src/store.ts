import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { DeliveryLog, DeliveryQueue, UnauthenticatedRejections } from '@spiderfoot-webhooks/core/stores';
import { createWorker, endpointTaken, type Worker } from '@spiderfoot-webhooks/core/stores';
import { createCommits } from './database/group-commit.ts';
import { connectReadOnly, refuseWrites } from './database/read-only-connection.ts';
import { connect } from './database/writable-connection.ts';
import { closedError, readOnlyError } from './errors.ts';
import { noteOpen } from './file/open-stores.ts';
import { recordEntry } from './log/record-entry.ts';
import { createRunner, newStoreName } from './log/running-elsewhere.ts';
import { createReports } from './logger-messages.ts';
import { type PruneOptions, prune } from './operations/prune.ts';
import { countRejections, createRejectionCounter, listRejections } from './operations/rejections.ts';
import { replay, replayOne } from './operations/replay.ts';
import { scheduleRetention } from './operations/scheduled-pruning.ts';
import { readOptions, type StoreOptions } from './options.ts';
import { type Count, type CountOptions, count } from './queries/counts.ts';
import {
  cursorAfter,
  type DeliveryPage,
  type ListOptions,
  page,
  pageWithBodies,
  readCursor,
} from './queries/delivery-pages.ts';
import { type ExportFormat, exportLines } from './queries/export.ts';
import type { DeliveryFilter } from './queries/filter-conditions.ts';
import { createEndpointQueue } from './queue/endpoint-queue.ts';
import { enqueueDelivery } from './queue/enqueue.ts';
import { type DeliveryWithBody, find } from './rows/delivery-records.ts';
import { adoptForeign } from './schema/rows-of-other-programs.ts';
import { createReadOnlySearch } from './search/read-only-search-index.ts';
import { createSearch } from './search/search-index.ts';

/** The log and the queue of one file, and a look into them. */
export interface Store extends Required<Pick<DeliveryLog, 'record' | 'recordRejection'>>, DeliveryQueue {
  /** Deliveries, newest first. What arrives between two pages moves nothing. */
  list(options?: ListOptions): Promise<DeliveryPage>;
  /**
   * One delivery with its body.
   * @param key its id (`context.id`), or its number
   */
  get(key: string | number, endpoint?: string): Promise<DeliveryWithBody | undefined>;
  /** How many deliveries there are, by state, type, endpoint and time. */
  counts(options?: CountOptions): Promise<readonly Count[]>;
  /**
   * What was refused before it was authenticated: counts by the hour, and with `keepRejections` the latest one by one.
   */
  rejections(): Promise<UnauthenticatedRejections>;
  /**
   * Put deliveries back into the queue: dead letters, failed and refused ones, which are run by those handlers alone
   * that have not succeeded; or processed ones, which are run by all. A receiver over this store works them off, with
   * `log: store` as well as with `queue: store`.
   *
   * What waits or runs is left alone. So is what was `received` less than a `lease` ago and not settled since: the
   * handlers that a sender waits for may be running now. Name its number where you know better.
   * @param which a delivery's number, or a filter
   * @returns how many
   */
  replay(which: number | DeliveryFilter): Promise<number>;
  /** Delete settled deliveries. @returns the number of deleted deliveries */
  prune(options: PruneOptions): Promise<number>;
  /** Deliveries with their bodies as text, newest first, a line each. Streamed in pages: hand it to `Readable.from`. */
  export(format: ExportFormat, filter?: DeliveryFilter): AsyncIterable<string>;
  /** Stop all workers, write pending changes and close the file. Close the receivers first. */
  close(): Promise<void>;
}

/** Deliveries with their bodies that are held at a time: at 1 MiB each, a hundred. */
const exportPage = 100;

/**
 * Opens, or makes, the file in which deliveries are logged and queued. Durable: what it has resolved survives a crash
 * of the process and of the machine. Several processes may share a file on a local disk; on a network file system
 * they may not.
 * @param path the file, or `:memory:` for tests. With `readOnly`, the file is not written
 * @throws ConfigurationError where the file cannot be used, or is from a newer version of the kit
 * @example
 * const store = openStore('webhooks.db');
 * const receiver = createReceiver({ secret, queue: store }); // 202 at once, handled in the background
 * const logged = createReceiver({ secret, log: store }); // handled first, and recorded
 */
export function openStore(path: string, options: StoreOptions = {}): Store {
  if (typeof path !== 'string' || path === '') throw new ConfigurationError('path', 'must name a file.');
  if (path !== path.trim()) {
    throw new ConfigurationError(
      'path',
      `must not begin or end with white space (got ${JSON.stringify(path)}).`,
    );
  }
  const settings = readOptions(options);
  const reports = createReports(settings.logger, path);
  const { readOnly } = settings;
  const connection = readOnly ? connectReadOnly(path) : connect(path, settings.mustExist);
  const name = newStoreName();
  const runner = createRunner(name);
  const noted = readOnly ? undefined : noteOpen(name, connection.identity);
  if (noted?.isSecond) reports.openTwice();
  const commits = readOnly ? refuseWrites(path) : createCommits(connection);
  const search = readOnly
    ? createReadOnlySearch(connection)
    : createSearch(connection, commits, reports.error);
  const refusals = createRejectionCounter(connection, commits, settings.keepRejections, reports.error);
  const workers = new Map<string, Worker>();
  const { retention } = settings;
  const endRetention = retention && scheduleRetention(connection, commits, read, retention, reports.error);

  async function read<Result>(run: () => Result): Promise<Result> {
    try {
      if (!readOnly) await adoptForeign(connection, commits);
      return connection.read(run);
    } catch (error) {
      connection.onError(error);
      throw error;
    }
  }

  async function* pages(
    filter: DeliveryFilter,
  ): AsyncGenerator<readonly DeliveryWithBody[], void, undefined> {
    if (filter.text !== undefined) await search.catchUp();
    for (let cursor: string | undefined; ; ) {
      const from = readCursor(cursor);
      const records = await pageWithBodies(connection, read, filter, from, exportPage);
      if (records.length > 0) yield records;
      const last = records.at(-1);
      if (last === undefined || records.length < exportPage) return;
      cursor = cursorAfter(last);
    }
  }

  let ending: Promise<void> | undefined;

  async function end(): Promise<void> {
    endRetention?.();
    search.close();
    await Promise.all([...workers.values()].map((worker) => worker.close()));
    await refusals.close();
    await commits.drain();
    connection.close();
    noted?.forget();
  }

  return {
    record(entry) {
      search.postpone();
      return commits.write(() => recordEntry(connection, entry, runner, settings.lease));
    },
    recordRejection(refusal) {
      if (!readOnly) refusals.add(refusal);
    },
    enqueue(delivery) {
      search.postpone();
      const worker = workers.get(delivery.endpoint);
      return (
        worker?.enqueue(delivery) ?? commits.write(() => enqueueDelivery(connection, delivery, Date.now()))
      );
    },
    start(endpoint, process, onDeadLetter) {
      if (ending !== undefined) throw closedError(path);
      if (readOnly) throw readOnlyError(path);
      if (workers.has(endpoint)) throw endpointTaken(endpoint);
      const queue = createEndpointQueue(connection, commits, endpoint, settings);
      const worker = createWorker(queue, process, settings, {
        onDeadLetter(letter, key) {
          if (onDeadLetter?.(letter) !== true) reports.dead(letter, Number(key));
        },
        onError: reports.error,
      });
      workers.set(endpoint, worker);
      return {
        async close() {
          await worker.close();
          workers.delete(endpoint);
        },
      };
    },
    async list({ limit = 50, cursor, ...filter }: ListOptions = {}) {
      if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1000)) {
        throw new ConfigurationError('limit', 'must be a whole number from 1 to 1000.');
      }
      const from = readCursor(cursor);
      if (filter.text !== undefined) await search.catchUp();
      const deliveries = await page(connection, read, filter, from, limit);
      const last = deliveries.at(-1);
      return { deliveries, cursor: last && deliveries.length === limit ? cursorAfter(last) : undefined };
    },
    get: (key, endpoint) => read(() => find(connection, key, endpoint)),
    counts: (countOptions = {}) => count(connection, read, countOptions),
    async rejections() {
      await refusals.flush();
      return read(() => ({ counts: countRejections(connection), latest: listRejections(connection) }));
    },
    async replay(which) {
      if (readOnly) throw readOnlyError(path);
      if (typeof which === 'object' && which.text !== undefined) await search.catchUp();
      const replayed =
        typeof which === 'number'
          ? await replayOne(connection, commits, which)
          : await replay(connection, commits, read, which);
      for (const worker of workers.values()) worker.wake();
      return replayed;
    },
    async prune(pruneOptions) {
      if (readOnly) throw readOnlyError(path);
      return prune(connection, commits, read, pruneOptions);
    },
    export: (format, filter = {}) => exportLines(pages(filter), format),
    close() {
      ending ??= end();
      return ending;
    },
  };
}
