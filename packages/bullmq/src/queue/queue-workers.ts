import {
  createEndpointWorkers,
  type DeliveryQueue,
  type LoggerMessages,
  type StoredDelivery,
  type WorkerStore,
} from '@spiderfoot-webhooks/core/stores';
import { createRedisBackend, type WorkerOptions } from 'bullmq';
import { encodeName } from '../jobs/names.ts';
import type { QueueSettings } from '../options.ts';
import type { RedisClient } from '../redis/clients.ts';
import { createEndpointQueue, pollInterval } from './endpoint-queue.ts';
import { createMarkerWait } from './marker-wait.ts';
import type { Queues } from './queues.ts';

/** The workers of a queue, one for each endpoint. */
export interface QueueWorkers extends Pick<DeliveryQueue, 'start'> {
  close(): Promise<void>;
}

/** BullMQ never fails a job itself, because the kit counts lost processes. */
const maxStalledCount = 2 ** 31;

/** The parts of the queue that {@link createQueueWorkers} uses. */
export interface WorkersContext {
  connect(): RedisClient;
  readonly queues: Queues;
  readonly settings: QueueSettings;
  readonly messages: LoggerMessages;
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
}

export function createQueueWorkers(context: WorkersContext): QueueWorkers {
  const { connect, queues, settings, messages, enqueue } = context;
  const workers = createEndpointWorkers(open, settings, messages);
  /** For each endpoint with workers, a function that ends its connections. */
  const opened = new Map<string, () => Promise<void>>();
  /** The connection of all workers. It is separate, because storing deliveries may wait for replicas. */
  let shared: RedisClient | undefined;

  function connection(): RedisClient {
    if (shared === undefined) {
      shared = connect();
      shared.on('error', () => {});
    }
    return shared;
  }

  function open(endpoint: string): WorkerStore {
    const options: WorkerOptions = {
      ...{ connection: connection(), prefix: settings.prefix, skipVersionCheck: true },
      ...{ lockDuration: settings.lease, stalledInterval: pollInterval, maxStalledCount },
    };
    const backend = createRedisBackend(encodeName(endpoint), options);
    backend.on('error', messages.error);
    const wait = createMarkerWait(connect(), backend.toKey('marker'), workers.wake);
    opened.set(endpoint, async () => {
      opened.delete(endpoint);
      wait.close();
      await backend.close();
    });
    const parts = { backend, queue: queues.of(endpoint), settings, enqueue };
    return createEndpointQueue({ ...parts, onEmpty: wait.begin, onError: messages.error });
  }

  return {
    start(endpoint, process, onDeadLetter) {
      const started = workers.start(endpoint, process, onDeadLetter);
      return {
        async close() {
          await started.close();
          await opened.get(endpoint)?.();
        },
      };
    },
    async close() {
      await workers.close();
      await Promise.all([...opened.values()].map((end) => end()));
      shared?.disconnect();
      shared = undefined;
    },
  };
}
