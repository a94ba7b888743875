import {
  type CommitListener,
  createCommitListeners,
  createEndpointWorkers,
  createLoggerMessages,
  createRejectionCounter,
  type DeliveryLog,
  type DeliveryQueue,
  type DeliveryStore,
  exportLines,
  MissingCapabilityError,
  type StoreCapability,
  type StoreHealth,
  schedulePruning,
} from '@spiderfoot-webhooks/core/stores';
import type pg from 'pg';
import { openDatabase } from './connection/database.ts';
import { createListener } from './connection/listener.ts';
import { closedError } from './errors.ts';
import { createRecorder } from './log/record-entries.ts';
import { createRunner } from './log/runner.ts';
import { importDeliveries } from './operations/import-deliveries.ts';
import { pruneDeliveries } from './operations/prune.ts';
import { replayDeliveries, replayDelivery } from './operations/replay.ts';
import { addRejections } from './operations/store-rejections.ts';
import { readOptions, type StoreOptions } from './options.ts';
import { countDeliveries } from './queries/counts.ts';
import { findDelivery, listDeliveries, readDeliveries } from './queries/delivery-pages.ts';
import { readHealth } from './queries/health.ts';
import { findRejection, readRejections } from './queries/rejections.ts';
import { createArrivals } from './queue/arrivals.ts';
import { createEndpointQueue } from './queue/endpoint-queue.ts';
import { createSettlements } from './queue/settlements.ts';
import { createSearchIndex } from './search/search-index.ts';

/** The log, the queue and the stored deliveries of one schema. A delivery's key is its row id. */
export interface Store
  extends Pick<Required<DeliveryLog>, 'record' | 'recordRejection'>,
    DeliveryQueue,
    DeliveryStore {
  /**
   * Connect, check the server and migrate the schema. All other methods wait for this.
   * @throws ServerSettingError if the server cannot keep deliveries safely
   * @throws ConfigurationError if the schema cannot be used
   * @throws StoreError if the server is not available. Call the method again to try again
   */
  ready(): Promise<void>;
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
 * Open the log and the queue in a schema of a PostgreSQL database. Returns immediately, and connects in the background.
 * When a promise resolves, its change survives a crash of this process and of the server. Several machines can share a
 * schema.
 * @param connection a connection string, the options of a new pool, or the application's own pool, which is not closed
 * @throws ConfigurationError that names an invalid option
 * @example
 * const store = openStore('postgres://webhooks@db.example.com/webhooks');
 * const receiver = createReceiver({ secret, queue: store }); // responds with 202, then runs the handlers
 * await store.ready(); // serve() does the same
 */
export function openStore(connection: string | pg.PoolConfig | pg.Pool, options: StoreOptions = {}): Store {
  const settings = readOptions(options);
  const { schema, readOnly, retention, lease, pollInterval } = settings;
  const messages = createLoggerMessages(settings.logger, { schema });
  const commits = createCommitListeners(messages.error);
  const db = openDatabase(connection, settings, commits);
  const runner = createRunner();
  const search = createSearchIndex(db, readOnly, messages.error);
  const recorder = createRecorder(db, runner, lease);
  const rejections = createRejectionCounter(
    async (collected) => void (await db.write(addRejections(db.prefix, collected))),
    messages.error,
  );
  const listener = createListener(
    db,
    runner,
    { isEnabled: settings.listen && !readOnly, pause: pollInterval },
    () => workers.wake(),
  );
  const writers = {
    arrivals: createArrivals(db, () => listener.announce()),
    settlements: createSettlements(db),
  };
  const workers = createEndpointWorkers(
    (endpoint) => createEndpointQueue(db, writers, endpoint, settings),
    { ...settings, claimsAhead: true },
    messages,
  );
  const stopPruning =
    retention && schedulePruning((pruned) => pruneDeliveries(db, pruned), retention, messages.error);
  let ending: Promise<void> | undefined;

  function requireCapability(capability: (typeof writing)[number]): void {
    if (!readOnly) return;
    const reason = 'The store was opened with readOnly: true. Open it without readOnly.';
    throw new MissingCapabilityError(capability, reason);
  }

  async function end(): Promise<void> {
    stopPruning?.();
    search.close();
    await workers.close();
    await rejections.close();
    await listener.close();
    await db.close();
  }

  return {
    ready: () => db.ready(),
    async record(entry) {
      search.postpone();
      return (await recorder.add(entry)).known;
    },
    recordRejection(rejection) {
      if (!readOnly) rejections.add(rejection);
    },
    async enqueue(delivery) {
      search.postpone();
      const stored = await (workers.enqueue(delivery) ?? writers.arrivals.add({ delivery }));
      return stored === 'duplicate' ? stored : 'accepted';
    },
    start(endpoint, process, onDeadLetter) {
      if (ending !== undefined) throw closedError();
      db.requireWritable();
      return workers.start(endpoint, process, onDeadLetter);
    },
    capabilities: new Set<StoreCapability>(readOnly ? reading : [...reading, ...writing]),
    list: (listOptions) => listDeliveries(db, search, listOptions),
    get: (which, endpoint) => findDelivery(db, which, endpoint),
    counts: (countOptions) => countDeliveries(db, countOptions),
    async rejections(rejectionOptions) {
      await rejections.flush();
      return readRejections(db, rejectionOptions);
    },
    async rejection(key) {
      await rejections.flush();
      return findRejection(db, key);
    },
    async replay(which, replayOptions) {
      requireCapability('replay');
      const replayed =
        typeof which === 'string'
          ? await replayDelivery(db, which, replayOptions)
          : await replayDeliveries(db, search, which, replayOptions);
      workers.wake();
      if (replayed > 0) listener.announce();
      return replayed;
    },
    async prune(pruneOptions) {
      requireCapability('prune');
      return pruneDeliveries(db, pruneOptions);
    },
    import: (imported) => importDeliveries(db, imported),
    health: () => readHealth(db),
    onCommit: commits.add,
    export: (format, filter = {}) => exportLines(readDeliveries(db, search, filter), format),
    close() {
      ending ??= end();
      return ending;
    },
  };
}
