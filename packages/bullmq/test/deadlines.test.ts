import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWithServer } from '../../../test/support/servers/describe-with-server.ts';
import { type RedisServer, redis, startRedis } from '../../../test/support/servers/redis.ts';
import type { WebhookQueue } from '../src/index.ts';
import { createDelivery, failed, processed } from './support/deliveries.ts';
import { startProxy } from './support/proxy.ts';
import { newPrefix, queueForTest, redisForTest } from './support/redis.ts';
import { until } from './support/until.ts';

type Call = (queue: WebhookQueue, key: string) => Promise<unknown>;

const calls: Readonly<Record<string, Call>> = {
  list: (queue) => queue.list(),
  'get by key': (queue, key) => queue.get(key),
  'get by id': (queue) => queue.get('0'.repeat(32)),
  counts: (queue) => queue.counts(),
  'replay by key': (queue, key) => queue.replay(key),
  'replay by filter': (queue) => queue.replay({}),
  prune: (queue) => queue.prune({ keep: 0, states: ['dead'] }),
};

/** A key that no delivery has. */
const unknownKey = `${'0'.repeat(32)}-${'x'.repeat(12)}-1`;

/** Each method with the commands that it sends. One of them does not get a reply. */
const steps: readonly (readonly [name: string, command: string])[] = [
  ...(['list', 'get by key', 'get by id', 'counts', 'replay by key'] as const).map(
    (name) => [name, 'smembers'] as const,
  ),
  ['list', 'zrevrangebyscore'],
  ['list', 'hmget'],
  ['get by key', 'hgetall'],
  ['get by id', 'dead:de:'],
  ['get by id', 'zrevrangebyscore'],
  ['counts', 'evalsha'],
  ['counts', 'zcard'],
  ['counts', 'eval\r'],
  ['replay by key', ':dead:wait'],
  ['replay by filter', 'hmget'],
  ['replay by filter', ':dead:wait'],
  ['prune', 'zrevrangebyscore'],
  ['prune', ':dead:repeat'],
];

const healthSteps = ['smembers', 'evalsha', 'zcard', 'eval\r', 'lrange', 'zrange', 'hget\r'];

async function succeeds(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch {
    return false;
  }
}

/** Wait until a queue with a short patience can be used. */
function untilReady(queue: WebhookQueue): Promise<void> {
  return until('the queue is ready', () => succeeds(() => queue.ready()));
}

describeWithServer(redis, 'A queue in Redis that gets no reply', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  /** Store a dead letter and a queued delivery. @returns the key of the dead letter */
  async function fill(prefix: string): Promise<string> {
    const queue = queueForTest(server, { prefix, maxAttempts: 1, patience: 60_000 });
    queue.start('dead', async () => failed);
    const { id } = createDelivery();
    await queue.enqueue(createDelivery({ id, endpoint: 'dead' }));
    await until('it is dead', async () => (await queue.get(id))?.state === 'dead');
    await queue.enqueue(createDelivery());
    const key = (await queue.get(id))?.key;
    await queue.close();
    return key ?? '';
  }

  /** Open a filled queue whose replies are held from a command on. */
  async function openHolding(command: string) {
    const prefix = newPrefix();
    const key = await fill(prefix);
    const proxy = await startProxy(server.port);
    const queue = queueForTest({ url: `redis://127.0.0.1:${proxy.port}` }, { prefix, patience: 500 });
    await untilReady(queue);
    proxy.holdRepliesTo(command);
    return { queue, key, proxy };
  }

  it.each(steps)('%s rejects within the patience if the command %j gets no reply', async (name, command) => {
    const { queue, key, proxy } = await openHolding(command);
    await expect(calls[name]?.(queue, key)).rejects.toMatchObject({ name: 'QueueError' });
    expect(proxy.isHolding).toBe(true);
  });

  it.each(healthSteps)('health() is not ready if the command %j gets no reply', async (command) => {
    const { queue, proxy } = await openHolding(command);
    expect(await queue.health()).toMatchObject({ ready: false });
    expect(proxy.isHolding).toBe(true);
  });

  it.each(Object.keys(calls))('%s rejects within the patience while Redis is paused', async (name) => {
    const paused = await redisForTest();
    const queue = queueForTest(paused, { patience: 500 });
    await untilReady(queue);
    await until('it is stored', () => succeeds(() => queue.enqueue(createDelivery())));
    paused.pause();
    onTestFinished(() => paused.resume());
    await expect(calls[name]?.(queue, unknownKey)).rejects.toMatchObject({ name: 'QueueError' });
  });

  it('every method rejects within the patience if no server listens, and health() is not ready', async () => {
    const killed = await redisForTest();
    const queue = queueForTest(killed, { patience: 500 });
    await untilReady(queue);
    await killed.kill();
    for (const call of Object.values(calls)) {
      await expect(call(queue, unknownKey)).rejects.toMatchObject({ name: 'QueueError' });
    }
    expect(await queue.health()).toMatchObject({ ready: false });
  });

  it('rejections() and export() name the missing capability, also while Redis is paused', async () => {
    const paused = await redisForTest();
    const queue = queueForTest(paused);
    paused.pause();
    onTestFinished(() => paused.resume());
    await expect(queue.rejections()).rejects.toMatchObject({ capability: 'rejections' });
    expect(() => queue.export('jsonl')).toThrow(expect.objectContaining({ capability: 'export' }));
  });

  it('methods work again when Redis answers again', async () => {
    const paused = await redisForTest();
    const queue = queueForTest(paused, { patience: 500 });
    await untilReady(queue);
    queue.start('default', async () => processed);
    paused.pause();
    onTestFinished(() => paused.resume());
    await expect(queue.list()).rejects.toMatchObject({ name: 'QueueError' });
    paused.resume();
    await until('it lists deliveries', () => succeeds(() => queue.list()));
  });
});
