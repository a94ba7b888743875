import type { CommitListener } from './durable/commit-listeners.ts';
import type { ProcessWork, Workers } from './queued-attempt.ts';
import type { StoreHealth } from './records/store-health.ts';
import type { ReportDeadLetter } from './rules/dead-letter.ts';
import type { StoredDelivery } from './stored-delivery.ts';

/**
 * Keeps accepted deliveries until their handlers have succeeded. Handlers run at least once, not exactly once.
 *
 * If the queue is also a `DeliveryLog`, and the receiver has no separate log, authenticated deliveries that are rejected
 * or ignored are recorded in the queue.
 */
export interface DeliveryQueue {
  /**
   * Store a delivery. Resolves when it is durable. If the promise rejects, the receiver responds with 503, so that the
   * sender retries. A dead letter is not a duplicate: if it is sent again, it is attempted again.
   */
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
  /**
   * Wait until a delivery is settled. Implement this in a queue that loses its deliveries when the process ends. On a
   * platform that freezes the process after the response, the receiver passes the promise to `waitUntil`.
   * @returns a promise that resolves when an accepted delivery has been processed or rejected, or is a dead letter. It
   *   never rejects. `undefined` if the delivery is not in the queue
   */
  settled?(delivery: StoredDelivery): Promise<void> | undefined;
  /**
   * Start the workers of an endpoint: claim, run, settle, retry.
   * @param onDeadLetter call it once for each delivery that is not attempted again, after its new state is durable
   * @throws ConfigurationError synchronously, if the endpoint already has workers in this process
   */
  start(endpoint: string, process: ProcessWork, onDeadLetter?: ReportDeadLetter): Workers;
  /**
   * Wait until the store can be used. Implement this in a store that connects to a server. `serve()` waits for it.
   * @throws the error of the connection
   */
  ready?(): Promise<void>;
  /** Return the numbers of deliveries that are not settled, for all endpoints together. */
  health?(): Promise<StoreHealth>;
  /**
   * Call a function after each successful commit, for example to measure the disk. Implement this in a store that writes
   * several deliveries in one commit.
   * @example
   * store.onCommit(({ duration, size }) => console.log(`${size} writes in ${duration} ms`));
   */
  onCommit?(listener: CommitListener): void;
}
