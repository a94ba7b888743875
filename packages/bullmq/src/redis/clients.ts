import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { type Cluster, Redis, type RedisOptions } from 'ioredis';

/** A connection of ioredis. */
export type RedisClient = Redis | Cluster;

/**
 * How to connect: a URL (`redis://` or `rediss://`), the options of ioredis, or a function that creates a new connection
 * each time, for Sentinel or a Cluster. The queue makes each connection reconnect after a reply `READONLY`, so that it
 * leaves a primary that has become a replica.
 */
export type RedisSource = string | RedisOptions | (() => RedisClient);

/**
 * A command fails at once while Redis is not connected, and when its connection is lost: the sender or the worker
 * retries. Otherwise ioredis would send it again later, when its delivery has been rejected.
 */
const required = {
  ...{ enableOfflineQueue: false, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false },
  // BullMQ reads replies in this form.
  replyMapping: 'legacy' as const,
};

const defaults = {
  retryStrategy: (attempt: number) => Math.min(50 * 2 ** attempt, 1000),
  connectTimeout: 4000,
};

/**
 * Reconnect after a reply of a replica, and when the app's own function asks for it. After a failover, the old primary may
 * stay connected as a replica, and its name may lead to the new primary.
 */
function leaveReplica({ reconnectOnError: own }: RedisOptions): Required<RedisOptions>['reconnectOnError'] {
  return (error) => own?.(error) || error.message.includes('READONLY');
}

/** @returns a function that creates a connection */
export function createConnector(source: RedisSource): () => RedisClient {
  if (typeof source === 'function') {
    return () => {
      const client = source();
      // Not `instanceof`: the app may have another copy of ioredis.
      if (typeof client?.defineCommand !== 'function') {
        throw new ConfigurationError(
          'redis',
          'must return a new connection of ioredis each time it is called.',
        );
      }
      // A Cluster finds a new primary without this.
      if (!isCluster(client)) client.options.reconnectOnError = leaveReplica(client.options);
      return client;
    };
  }
  if (typeof source === 'string') {
    if (!/^rediss?:\/\//.test(source)) {
      throw new ConfigurationError('redis', 'must be a URL that begins with redis:// or rediss://.');
    }
    return () => new Redis(source, { ...defaults, ...required, reconnectOnError: leaveReplica({}) });
  }
  if (typeof source !== 'object' || source === null) {
    throw new ConfigurationError('redis', 'must be a URL, the options of ioredis, or a function.');
  }
  if (source.keyPrefix !== undefined) {
    throw new ConfigurationError('redis', 'must not have a keyPrefix. Use the option "prefix" of the queue.');
  }
  const reconnectOnError = leaveReplica(source);
  return () => new Redis({ ...defaults, ...source, ...required, reconnectOnError });
}

export function isCluster(client: RedisClient): client is Cluster {
  return client.isCluster;
}

/** Return the connections to the servers that accept writes. */
export function primariesOf(client: RedisClient): readonly Redis[] {
  return isCluster(client) ? client.nodes('master') : [client];
}
