import {
  type CommitListener,
  createCommitListeners,
  createLoggerMessages,
  type DeliveryQueue,
  type DeliveryStore,
  type StoreHealth,
} from '@spiderfoot-webhooks/core/stores';
import type { Queue } from 'bullmq';
import { closedError, type QueueError } from './errors.ts';
import { readOptions, type WebhookQueueOptions } from './options.ts';
import { createProducer } from './queue/producer.ts';
import { createQueueWorkers } from './queue/queue-workers.ts';
import { createQueues } from './queue/queues.ts';
import { createConnector, type RedisSource } from './redis/clients.ts';
import { createLink } from './redis/link.ts';
import { createMemoryGuard } from './redis/memory-guard.ts';
import { checkRequirements } from './redis/requirements.ts';
import { createQueueStore } from './store/queue-store.ts';

/**
 * A durable queue in Redis, and its settled deliveries. A delivery's key is the id of its job.
 *
 * `list`, `replay` with a filter, and `prune` work on settled deliveries (`dead`, `rejected` and `processed`), the last
 * settled first. `counts` counts by state and endpoint. `get` finds every delivery. The other methods reject with a
 * `MissingCapabilityError`.
 *
 * If Redis is not connected, or does not respond within `patience`, a method rejects with a {@link QueueError}, and
 * `health` resolves with `ready: false`. `replay` and `prune` may then have changed some of the deliveries. Call them
 * again.
 */
export interface WebhookQueue extends DeliveryQueue, DeliveryStore {
  /**
   * Connect to Redis, and check that it is configured as durably as the options require. With `durability: 'always'`, a
   * Redis with `appendfsync everysec` is rejected, because it can lose the latest deliveries.
   * @throws ConfigurationError that names the option, if Redis guarantees less
   * @throws QueueError if Redis does not respond within `patience`
   */
  ready(): Promise<void>;
  health(): Promise<StoreHealth>;
  /**
   * Call a function after each batch of deliveries that Redis has stored. Its `duration` includes the wait for `replicas`.
   * The writes of the workers are not reported.
   * @example
   * queue.onCommit(({ duration, size }) => console.log(`${size} deliveries in ${duration} ms`));
   */
  onCommit(listener: CommitListener): void;
  /**
   * Return BullMQ's queue of an endpoint, for a dashboard. Only read it: a retry or a deletion by other programs bypasses
   * the kit's count of attempts and its recognition of duplicates.
   * @example
   * createBullBoard({ queues: [new BullMQAdapter(queue.queueOf('default'), { readOnlyMode: true })], serverAdapter });
   */
  queueOf(endpoint: string): Queue;
}

/**
 * Open a queue in Redis 6.2 or newer, or Valkey, that several receivers on several machines share. Returns immediately,
 * and connects in the background. When `enqueue` resolves, the delivery is as durable as the options `durability` and
 * `replicas` require.
 * @param redis a URL (`redis://` or `rediss://`), the options of ioredis, or a function that creates a new connection of
 *   ioredis each time it is called, for Sentinel or a Cluster
 * @throws ConfigurationError that names the option
 * @example
 * const queue = openQueue('redis://127.0.0.1:6379');
 * const receiver = createReceiver({ secret, queue }); // 202 at once, handled in the background
 * await queue.ready();
 */
export function openQueue(redis: RedisSource, options: WebhookQueueOptions = {}): WebhookQueue {
  const settings = readOptions(options);
  const connect = createConnector(redis);
  const messages = createLoggerMessages(settings.logger, { prefix: settings.prefix });
  const client = connect();
  const memory = createMemoryGuard(client, settings.memoryLimit);
  const link = createLink(client, check, settings.patience);
  const queues = createQueues(client, settings.prefix, messages.error);
  const commits = createCommitListeners(messages.error);
  const enqueue = createProducer(link, queues, memory, settings, commits);
  const workers = createQueueWorkers({ connect, queues, settings, messages, enqueue });
  let closing: Promise<void> | undefined;

  async function check(): Promise<void> {
    await checkRequirements(client, settings, (message) => messages.warn({}, message));
    await memory.read();
  }

  async function close(): Promise<void> {
    await workers.close();
    link.close();
  }

  return {
    enqueue,
    start(endpoint, process, onDeadLetter) {
      if (closing !== undefined) throw closedError();
      return workers.start(endpoint, process, onDeadLetter);
    },
    ready: link.ready,
    ...createQueueStore({ link, queues }),
    onCommit: commits.add,
    queueOf: queues.of,
    close() {
      closing ??= close();
      return closing;
    },
  };
}
