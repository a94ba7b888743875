import { BoundedMap } from '../../data/bounded-map.ts';
import { ConfigurationError } from '../../errors.ts';
import { isPositiveNumber } from '../../options/number-options.ts';
import type { DeliveryQueue } from '../delivery-queue.ts';
import { endpointTaken } from '../rules/endpoint-taken.ts';
import type { StoredDelivery } from '../stored-delivery.ts';
import { createLane, type Lane } from './lane.ts';

export interface MemoryQueueOptions {
  /**
   * How many deliveries are worked on at once.
   * @default 8
   */
  readonly concurrency?: number;
  /**
   * How often a delivery is tried before it is given up.
   * @default 5
   */
  readonly maxAttempts?: number;
  /**
   * The longest delay before the first retry, in milliseconds. It doubles with each retry. The actual delay is a
   * random part of it.
   * @default 1000
   */
  readonly baseDelay?: number;
  /**
   * The longest delay before any retry, in milliseconds. A handler that throws `RetryLater` can ask for a longer
   * delay, up to a day.
   * @default 60000
   */
  readonly maxDelay?: number;
  /**
   * How many deliveries of an endpoint may wait; then further ones are answered 503. Each holds its body, of up to
   * `maxBodySize`.
   * @default 10000
   */
  readonly capacity?: number;
}

/**
 * A queue in this process's memory: answers fast and retries, **but it loses its deliveries when the process ends.**
 * Use it for tests, and if you can accept a lost event. Use a durable queue otherwise.
 *
 * On a platform that freezes the process after the answer (Cloudflare Workers, AWS Lambda), handlers run through the
 * platform's `waitUntil`, for as long as it allows: 30 seconds on Cloudflare. Without `waitUntil`, deliveries are
 * answered 500 and `onError` gets a `ConfigurationError`.
 * @example
 * const receiver = createReceiver({ secret, queue: memoryQueue() });
 */
export function memoryQueue({
  concurrency = 8,
  maxAttempts = 5,
  baseDelay = 1000,
  maxDelay = 60_000,
  capacity = 10_000,
}: MemoryQueueOptions = {}): DeliveryQueue {
  for (const [option, value] of Object.entries({ concurrency, maxAttempts, baseDelay, maxDelay, capacity })) {
    if (!isPositiveNumber(value)) throw new ConfigurationError(option, 'must be more than 0.');
  }
  /** The deliveries that count as duplicates if they are sent again, with the time at which each was accepted. */
  const taken = new BoundedMap<string, Date>(capacity);
  /** For each delivery that is not settled, the promise that {@link DeliveryQueue.settled} returns. */
  const unsettled = new Map<string, Promise<void>>();
  const lanes = new Map<string, Lane>();
  const laneOf = (endpoint: string) => {
    const lane =
      lanes.get(endpoint) ??
      createLane({ concurrency, maxAttempts, baseDelay, maxDelay }, (work) => taken.delete(keyOf(work)));
    lanes.set(endpoint, lane);
    return lane;
  };
  return {
    async enqueue(delivery) {
      const key = keyOf(delivery);
      if (taken.has(key)) return 'duplicate';
      const lane = laneOf(delivery.endpoint);
      if (lane.size >= capacity) throw new Error(`The queue is full: ${capacity} deliveries wait`);
      taken.set(key, delivery.receivedAt);
      const settled = lane.add({ ...delivery, attempt: 1, succeeded: [] });
      unsettled.set(key, settled);
      void settled.then(() => unsettled.delete(key));
      return 'accepted';
    },
    settled: (delivery) => unsettled.get(keyOf(delivery)),
    start(endpoint, process, onDeadLetter) {
      const workers = laneOf(endpoint).start(process, onDeadLetter);
      if (workers === undefined) throw endpointTaken(endpoint);
      return workers;
    },
  };
}

function keyOf({ endpoint, id }: StoredDelivery): string {
  return `${endpoint}\n${id}`;
}
