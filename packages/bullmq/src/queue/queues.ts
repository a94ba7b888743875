import { Queue } from 'bullmq';
import { encodeName } from '../jobs/names.ts';
import type { RedisClient } from '../redis/clients.ts';

/** The entries that BullMQ's stream of events keeps for each queue. The kit does not read it. */
const keptEvents = 1000;

/** BullMQ's queues, one for each endpoint. */
export interface Queues {
  of(endpoint: string): Queue;
  /** Return the endpoint of a queue that `of` has returned. */
  endpointOf(queue: Queue): string;
  /**
   * Remember an endpoint in Redis, so that other processes find its queue. Call it with each batch of deliveries, because
   * Redis may have lost all its data in the meantime, for example by FLUSHALL.
   */
  register(endpoint: string): Promise<unknown>;
  /** Return all endpoints that are remembered, sorted. */
  endpoints(): Promise<readonly string[]>;
}

export function createQueues(client: RedisClient, prefix: string, onError: (error: unknown) => void): Queues {
  const queues = new Map<string, Queue>();
  const setKey = `${prefix}:endpoints`;

  function open(endpoint: string): Queue {
    const queue = new Queue(encodeName(endpoint), {
      connection: client,
      prefix,
      // INFO may be forbidden. The kit checks the version.
      skipVersionCheck: true,
      streams: { events: { maxLen: keptEvents } },
    });
    queue.on('error', onError);
    return queue;
  }

  return {
    of(endpoint) {
      const queue = queues.get(endpoint) ?? open(endpoint);
      queues.set(endpoint, queue);
      return queue;
    },
    endpointOf: (queue) => decodeURIComponent(queue.name),
    register: (endpoint) => client.sadd(setKey, endpoint),
    async endpoints() {
      return (await client.smembers(setKey)).toSorted();
    },
  };
}
