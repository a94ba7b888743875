/**
 * SpiderFoot's webhooks in Redis or Valkey: a durable queue that several machines share, on BullMQ. The types of
 * deliveries, filters and counts are exported by `@spiderfoot-webhooks/core/stores`.
 */
export { QueueError } from './errors.ts';
export { openQueue, type WebhookQueue } from './open-queue.ts';
export type { KeepProcessed, WebhookQueueOptions } from './options.ts';
export type { RedisClient, RedisSource } from './redis/clients.ts';
