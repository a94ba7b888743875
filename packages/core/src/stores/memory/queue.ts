import { ConfigurationError } from '../../errors.ts';
import { isPositiveNumber } from '../../options/number-options.ts';
import type { DeliveryQueue } from '../delivery-queue.ts';
import { endpointTaken } from '../rules/endpoint-taken.ts';
import { readWorkerOptions } from '../rules/worker-options.ts';
import { createWorker, type Worker } from '../worker/worker.ts';
import { createEndpointQueue, type EndpointQueue } from './endpoint-queue.ts';

/** The options of {@link memoryQueue}. */
export interface MemoryQueueOptions {
  /**
   * The number of deliveries of an endpoint that are handled at the same time.
   * @default 8
   */
  readonly concurrency?: number;
  /**
   * The number of failed attempts after which a delivery is a dead letter.
   * @default 5
   */
  readonly maxAttempts?: number;
  /**
   * The longest delay before the first retry, in milliseconds. It doubles with each retry, up to `maxDelay`. The actual
   * delay is random, between 0 and this limit.
   * @default 1000
   */
  readonly baseDelay?: number;
  /**
   * The longest delay before any retry, in milliseconds. A handler that throws `RetryLaterError` can ask for a longer
   * delay, up to a day.
   * @default 60000
   */
  readonly maxDelay?: number;
  /**
   * The maximum number of waiting deliveries of an endpoint. When the queue is full, further deliveries are rejected with
   * 503. Each delivery keeps its body in memory, up to `maxBodySize`.
   * @default 10000
   */
  readonly capacity?: number;
}

/**
 * Create a queue in the memory of this process. It responds fast and retries failed deliveries, **but it loses its
 * deliveries when the process ends.** Use it for tests, or if you can accept lost events. Otherwise use a durable queue.
 *
 * On a platform that freezes the process after the response (Cloudflare Workers, AWS Lambda), handlers run in the
 * platform's `waitUntil`, for as long as it allows: 30 seconds on Cloudflare. Without `waitUntil`, deliveries are rejected
 * with 500, and `onError` gets a `ConfigurationError`.
 * @example
 * const receiver = createReceiver({ secret, queue: memoryQueue() });
 */
export function memoryQueue(options: MemoryQueueOptions = {}): DeliveryQueue {
  const { capacity = 10_000 } = options;
  if (!isPositiveNumber(capacity)) throw new ConfigurationError('capacity', 'must be greater than 0.');
  const settings = readWorkerOptions(options, {
    concurrency: 8,
    maxAttempts: 5,
    baseDelay: 1000,
    maxDelay: 60_000,
  });
  const endpoints = new Map<string, EndpointQueue>();
  const workers = new Map<string, Worker>();
  function queueOf(endpoint: string): EndpointQueue {
    const queue =
      endpoints.get(endpoint) ?? createEndpointQueue(capacity, () => workers.get(endpoint)?.wake());
    endpoints.set(endpoint, queue);
    return queue;
  }
  return {
    async enqueue(delivery) {
      return queueOf(delivery.endpoint).enqueue(delivery);
    },
    settled: (delivery) => queueOf(delivery.endpoint).settled(delivery),
    start(endpoint, process, onDeadLetter) {
      if (workers.has(endpoint)) throw endpointTaken(endpoint);
      const queue = queueOf(endpoint);
      const worker = createWorker(queue, process, { ...settings, drain: true }, { onDeadLetter });
      workers.set(endpoint, worker);
      return {
        async close() {
          queue.close();
          await worker.close();
          workers.delete(endpoint);
          queue.reopen();
        },
      };
    },
  };
}
