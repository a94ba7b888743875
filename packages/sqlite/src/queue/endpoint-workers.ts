import {
  createWorker,
  type DeliveryQueue,
  endpointTaken,
  type StoredDelivery,
  type Worker,
} from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import type { LoggerMessages } from '../logger-messages.ts';
import type { StoreSettings } from '../options.ts';
import { createEndpointQueue } from './endpoint-queue.ts';
import { enqueueDelivery } from './enqueue.ts';

/** The workers of a store, one for each endpoint. */
export interface EndpointWorkers extends Pick<DeliveryQueue, 'start'> {
  /** Put a delivery into the queue, and run it at once if the worker of its endpoint has a free place. */
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
  /** Call this when deliveries may have become due. */
  wake(): void;
  close(): Promise<void>;
}

export function createEndpointWorkers(
  db: Database,
  settings: StoreSettings,
  messages: LoggerMessages,
): EndpointWorkers {
  const workers = new Map<string, Worker>();
  return {
    start(endpoint, process, onDeadLetter) {
      if (workers.has(endpoint)) throw endpointTaken(endpoint);
      const worker = createWorker(createEndpointQueue(db, endpoint, settings), process, settings, {
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
    enqueue(delivery) {
      const worker = workers.get(delivery.endpoint);
      return worker?.enqueue(delivery) ?? db.write(() => enqueueDelivery(db, delivery, Date.now()));
    },
    wake() {
      for (const worker of workers.values()) worker.wake();
    },
    async close() {
      await Promise.all([...workers.values()].map((worker) => worker.close()));
    },
  };
}
