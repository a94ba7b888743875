import { ConfigurationError } from '@spiderfoot-webhooks/core';
import {
  type CommitListener,
  createEndpointWorkers,
  createLoggerMessages,
  createRejectionCounter,
  type DeliveryLog,
  type DeliveryQueue,
  type DeliveryStore,
  exportLines,
  MissingCapabilityError,
  readDurableStoreOptions,
  type StoreCapability,
  type StoreHealth,
  schedulePruning,
} from '@spiderfoot-webhooks/core/stores';
import { openDatabase } from './database/database.ts';
import { closedError } from './errors.ts';
import { noteOpen } from './file/open-stores.ts';
import { recordEntry } from './log/record-entry.ts';
import { createRunner, newStoreName } from './log/running-elsewhere.ts';
import { warnOpenTwice } from './open-twice.ts';
import { pruneDeliveries } from './operations/prune.ts';
import { replayDeliveries, replayDelivery } from './operations/replay.ts';
import { storeRejections } from './operations/store-rejections.ts';
import type { StoreOptions } from './options.ts';
import { countDeliveries } from './queries/counts.ts';
import { listDeliveries, readDeliveries } from './queries/delivery-pages.ts';
import { readHealth } from './queries/health.ts';
import { findRejection, readRejections } from './queries/rejections.ts';
import { createEndpointQueue } from './queue/endpoint-queue.ts';
import { enqueueDelivery } from './queue/enqueue.ts';
import { findDelivery } from './rows/delivery-records.ts';
import { createReadOnlySearchIndex } from './search/read-only-search-index.ts';
import { createSearchIndex } from './search/search-index.ts';

/** The log, the queue and the stored deliveries of one file. A delivery's key is its row number. */
export interface Store
  extends Pick<Required<DeliveryLog>, 'record' | 'recordRejection'>,
    DeliveryQueue,
    DeliveryStore {
  health(): Promise<StoreHealth>;
  onCommit(listener: CommitListener): void;
}

const reading = [
  'list',
  'get',
  'counts',
  'rejections',
  'rejection',
  'export',
  'health',
  'text',
] as const satisfies StoreCapability[];
const writing = ['replay', 'prune'] as const satisfies StoreCapability[];

/**
 * Open a store, and create its file if it is missing. The store logs and queues deliveries. When a method's promise
 * resolves, its change survives a crash of the process and of the machine. Several processes can share a file on a local
 * disk, but not on a network file system.
 * @param path the path of the file, or `:memory:` for tests
 * @throws ConfigurationError if an option is invalid, if the file cannot be used, or if a newer version of the kit has
 *   written it
 * @throws StoreError if better-sqlite3 cannot be loaded
 * @example
 * const store = openStore('webhooks.db');
 * const receiver = createReceiver({ secret, queue: store }); // responds with 202, then runs the handlers
 * @example
 * const receiver = createReceiver({ secret, log: store }); // runs the handlers, then responds with 200
 */
export function openStore(path: string, options: StoreOptions = {}): Store {
  checkPath(path);
  const settings = readDurableStoreOptions(options);
  const messages = createLoggerMessages(settings.logger, { path });
  const db = openDatabase(path, settings, messages.error);
  const name = newStoreName();
  const noted = settings.readOnly ? undefined : noteOpen(name, db.identity);
  if (noted?.isSecond) warnOpenTwice(path, messages);
  const runner = createRunner(name);
  const search = settings.readOnly ? createReadOnlySearchIndex(db) : createSearchIndex(db);
  const { retention } = settings;
  const rejections = createRejectionCounter(
    (collected) => db.write(() => storeRejections(db, collected)),
    messages.error,
  );
  const queueOf = (endpoint: string) => createEndpointQueue(db, endpoint, settings);
  const workers = createEndpointWorkers(queueOf, { ...settings, claimsAhead: true }, messages);
  const stopPruning =
    retention && schedulePruning((options) => pruneDeliveries(db, options), retention, messages.error);
  let ending: Promise<void> | undefined;

  function requireCapability(capability: (typeof writing)[number]): void {
    if (!settings.readOnly) return;
    throw new MissingCapabilityError(
      capability,
      `${path} was opened with readOnly: true. Open it without readOnly.`,
    );
  }

  async function end(): Promise<void> {
    stopPruning?.();
    search.close();
    await workers.close();
    await rejections.close();
    await db.close();
    noted?.forget();
  }

  return {
    record(entry) {
      search.postpone();
      return db.write(() => recordEntry(db, entry, runner, settings.lease));
    },
    recordRejection(rejection) {
      if (!settings.readOnly) rejections.add(rejection);
    },
    async enqueue(delivery) {
      search.postpone();
      return workers.enqueue(delivery) ?? db.write(() => enqueueDelivery(db, delivery, Date.now()));
    },
    start(endpoint, process, onDeadLetter) {
      if (ending !== undefined) throw closedError(path);
      db.requireWritable();
      return workers.start(endpoint, process, onDeadLetter);
    },
    capabilities: new Set<StoreCapability>(settings.readOnly ? reading : [...reading, ...writing]),
    list: (listOptions) => listDeliveries(db, search, listOptions),
    get: (which, endpoint) => db.read(() => findDelivery(db, which, endpoint)),
    counts: (countOptions) => countDeliveries(db, countOptions),
    async rejections(rejectionOptions) {
      await rejections.flush();
      return readRejections(db, rejectionOptions);
    },
    async rejection(key) {
      await rejections.flush();
      return db.read(() => findRejection(db, key));
    },
    async replay(which, replayOptions) {
      requireCapability('replay');
      const replayed =
        typeof which === 'string'
          ? await replayDelivery(db, which, replayOptions)
          : await replayDeliveries(db, search, which, replayOptions);
      workers.wake();
      return replayed;
    },
    async prune(pruneOptions) {
      requireCapability('prune');
      return pruneDeliveries(db, pruneOptions);
    },
    health: () => readHealth(db),
    onCommit: db.onCommit,
    export: (format, filter = {}) => exportLines(readDeliveries(db, search, filter), format),
    close() {
      ending ??= end();
      return ending;
    },
  };
}

function checkPath(path: string): void {
  if (typeof path !== 'string' || path === '') throw new ConfigurationError('path', 'must name a file.');
  if (path !== path.trim()) {
    throw new ConfigurationError(
      'path',
      `must not begin or end with white space (got ${JSON.stringify(path)}).`,
    );
  }
}
