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
   * Remember an endpoint in Redis, so that other processes find its queue. Sends the command once for each connection,
   * because a new primary may lack it, and before the commands that follow.
   */
  register(endpoint: string): Promise<void>;
  /** Return all endpoints that are remembered, sorted. */
  endpoints(): Promise<readonly string[]>;
}

export function createQueues(client: RedisClient, prefix: string, onError: (error: unknown) => void): Queues {
  const queues = new Map<string, Queue>();
  const registered = new Map<string, Promise<unknown>>();
  const setKey = `${prefix}:endpoints`;
  client.on('close', () => registered.clear());

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
    async register(endpoint) {
      const known = registered.get(endpoint);
      const registering = known ?? client.sadd(setKey, endpoint);
      registered.set(endpoint, registering);
      try {
        await registering;
      } catch (error) {
        registered.delete(endpoint);
        throw error;
      }
    },
    async endpoints() {
      return (await client.smembers(setKey)).toSorted();
    },
  };
}
