import { ConfigurationError } from '../../errors.ts';
import { isPositiveNumber } from '../../options/number-options.ts';
import type { DeliveryQueue } from '../delivery-queue.ts';
import { endpointTaken } from '../rules/endpoint-taken.ts';
import { readWorkerOptions } from '../rules/worker-options.ts';
import { createWorker, type Worker } from '../worker/worker.ts';
import { createEndpointQueue, type EndpointQueue } from './endpoint-queue.ts';

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
   * The longest delay before the first retry, in milliseconds. It doubles with each retry. The actual delay is a
   * random part of it.
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
export function memoryQueue(options: MemoryQueueOptions = {}): DeliveryQueue {
  const { capacity = 10_000 } = options;
  if (!isPositiveNumber(capacity)) throw new ConfigurationError('capacity', 'must be more than 0.');
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
