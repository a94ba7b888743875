import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { type RedisOptions, type RedisServer, startRedis } from '../../../../test/support/servers/redis.ts';
import { openQueue, type WebhookQueue, type WebhookQueueOptions } from '../../src/index.ts';

/** Start a Redis that stops when the test ends. */
export async function redisForTest(options?: RedisOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

/** Return a prefix that no other test uses. */
export function newPrefix(): string {
  return `{test-${randomBytes(6).toString('hex')}}`;
}

/** Short waits, so that a test is fast. */
const shortWaits = { baseDelay: 1, maxDelay: 5, closeTimeout: 1000 };

/** Open a queue that is closed when the test ends. */
export function queueForTest(
  { url }: Pick<RedisServer, 'url'>,
  options: WebhookQueueOptions = {},
): WebhookQueue {
  const queue = openQueue(url, { prefix: newPrefix(), ...shortWaits, ...options });
  onTestFinished(() => queue.close());
  return queue;
}
