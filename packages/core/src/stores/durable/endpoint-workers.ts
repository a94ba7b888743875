import type { DeliveryQueue } from '../delivery-queue.ts';
import { endpointTaken } from '../rules/endpoint-taken.ts';
import type { StoredDelivery } from '../stored-delivery.ts';
import { type CreateWorkerOptions, createWorker, type Worker } from '../worker/worker.ts';
import type { WorkerStore } from '../worker/worker-store.ts';
import type { LoggerMessages } from './logger-messages.ts';

/** The workers of a store, one for each endpoint. */
export interface EndpointWorkers extends Pick<DeliveryQueue, 'start'> {
  /**
   * Store a delivery, and run it as soon as the worker of its endpoint has a free place.
   * @returns `undefined` if the endpoint has no worker in this process
   */
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'> | undefined;
  /** Call this when deliveries may have become due. */
  wake(): void;
  close(): Promise<void>;
}

/**
 * Create the workers of a store.
 * @param queueOf returns the queue of an endpoint
 */
export function createEndpointWorkers(
  queueOf: (endpoint: string) => WorkerStore,
  options: CreateWorkerOptions,
  messages: Pick<LoggerMessages, 'error' | 'deadLetter'>,
): EndpointWorkers {
  const workers = new Map<string, Worker>();
  return {
    start(endpoint, process, onDeadLetter) {
      if (workers.has(endpoint)) throw endpointTaken(endpoint);
      const worker = createWorker(queueOf(endpoint), process, options, {
        onDeadLetter(letter, key) {
          if (onDeadLetter?.(letter) !== true) messages.deadLetter(letter, key);
        },
        onError: messages.error,
      });
      workers.set(endpoint, worker);
      return {
        async close() {
          await worker.close();
          workers.delete(endpoint);
        },
      };
    },
    enqueue: (delivery) => workers.get(delivery.endpoint)?.enqueue(delivery),
    wake() {
      for (const worker of workers.values()) worker.wake();
    },
    async close() {
      await Promise.all([...workers.values()].map((worker) => worker.close()));
    },
  };
}
