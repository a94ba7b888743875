import type { ProcessWork, Workers } from '../queued-attempt.ts';
import type { DeadLetter } from '../rules/dead-letter.ts';
import type { RetryOptions } from '../rules/settlement.ts';
import type { WorkerOptions } from '../rules/worker-options.ts';
import type { StoredDelivery } from '../stored-delivery.ts';
import { createClaiming } from './claiming.ts';
import { createLeaseKeeper, noLeases } from './lease-keeper.ts';
import { createLine } from './line.ts';
import { createPlaces } from './places.ts';
import { createRunning } from './running.ts';
import type { WorkerStore } from './worker-store.ts';

/** Runs the queued deliveries of one endpoint. */
export interface Worker extends Workers {
  /** Look for due deliveries now, because one may have become due. This is cheap, so you can call it often. */
  wake(): void;
  /** Store a delivery, and run it as soon as a place is free. Call this in `DeliveryQueue.enqueue`. */
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
}

/** The options of {@link createWorker}. */
export interface CreateWorkerOptions extends RetryOptions, Pick<WorkerOptions, 'concurrency'> {
  /**
   * Milliseconds that closing waits for running handlers. Their deliveries are then released.
   * @default no limit
   */
  readonly closeTimeout?: number | undefined;
  /**
   * Whether closing also runs all due deliveries. Set it for a store that loses its deliveries when the process ends.
   * @default false
   */
  readonly drain?: boolean | undefined;
  /**
   * Whether to claim up to eight times `concurrency` deliveries, while handlers take less than a millisecond. Not more than
   * `concurrency` run at the same time. Set it for a store that writes many claims in one transaction. If the process ends
   * unexpectedly, all claimed deliveries have failed an attempt.
   * @default false
   */
  readonly claimsAhead?: boolean | undefined;
}

/** The functions that a worker calls to report to its store. */
export interface WorkerHooks {
  /** Called once for each delivery that is not attempted again, after its new state is stored. Must not throw. */
  readonly onDeadLetter?: ((letter: DeadLetter, key: string) => void) | undefined;
  /** Called with each error of the store. The worker retries. Must not throw. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Start a worker for one endpoint of a store. It claims due deliveries, runs their handlers, settles them, retries
 * failed ones, renews leases, and takes over deliveries of processes that have ended. A delivery that repeatedly ends its
 * process becomes a dead letter. If a write to the store fails, the worker waits and retries.
 * @param store the queue of the endpoint
 * @param process the function that was passed to `DeliveryQueue.start`
 * @param options checked, for example by `readWorkerOptions`
 * @example
 * start(endpoint, process, onDeadLetter) {
 *   if (workers.has(endpoint)) throw endpointTaken(endpoint);
 *   const worker = createWorker(new EndpointQueue(pool, endpoint), process, settings, { onDeadLetter, onError });
 *   workers.set(endpoint, worker);
 *   return { close: () => worker.close().finally(() => workers.delete(endpoint)) };
 * }
 */
export function createWorker(
  store: WorkerStore,
  process: ProcessWork,
  { concurrency, closeTimeout, drain = false, claimsAhead = false, ...options }: CreateWorkerOptions,
  { onDeadLetter = () => {}, onError = () => {} }: WorkerHooks = {},
): Worker {
  const { maxAttempts } = options;
  const now = () => Date.now();
  const places = createPlaces({ concurrency, drains: drain, claimsAhead });
  const wake = () => claiming.wake();
  const line = createLine({ store, places, concurrency, onError, wake });
  const context = { store, process, places, line, options, maxAttempts, now, onDeadLetter, onError, wake };
  const leases = store.leases === undefined ? noLeases : createLeaseKeeper(store.leases, context);
  const claiming = createClaiming({ ...context, leases, begin: createRunning(context) });
  wake();

  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    claiming.stop();
    leases.stopPolling();
    await places.close(closeTimeout);
    leases.stop();
    const running = places.attempts();
    for (const attempt of running) attempt.abort(releasedMessage);
    try {
      if (running.length > 0) await store.release(running.map(({ claim }) => claim.key));
    } catch (error) {
      onError(error);
    }
    // A slow store may claim deliveries after it was closed. They are released before the store can be closed.
    await places.unreserved();
  }

  return {
    wake,
    enqueue: claiming.enqueue,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

const releasedMessage =
  'The receiver was closed. The delivery is back in the queue, and the next process runs it again.';
