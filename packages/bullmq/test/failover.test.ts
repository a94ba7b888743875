import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithServer } from '../../../test/support/servers/describe-with-server.ts';
import { redis } from '../../../test/support/servers/redis.ts';
import { startTcpProxy } from '../../../test/support/servers/tcp-proxy.ts';
import { openQueue, type RedisSource } from '../src/index.ts';
import { createDelivery, processed } from './support/deliveries.ts';
import { newPrefix, queueForTest, redisForTest } from './support/redis.ts';
import { until } from './support/until.ts';

function connectTo(url: string): Redis {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return client;
}

describeWithServer(redis, 'A queue in Redis after a failover', () => {
  it.each<readonly [string, (url: string, port: number) => RedisSource]>([
    ['a URL', (url) => url],
    ['a function', (url) => () => new Redis(url)],
    ['options that never reconnect', (_, port) => ({ port, reconnectOnError: () => false })],
    [
      'a function whose connections never reconnect',
      (url) => () => new Redis(url, { reconnectOnError: () => false }),
    ],
  ])(
    'with %s, connects to the new primary when the old one stays connected as a replica',
    async (_, sourceOf) => {
      const [first, second] = [await redisForTest(), await redisForTest()];
      // The name of the server leads to the primary.
      const name = await startTcpProxy(first.port);
      onTestFinished(() => name.stop());
      const url = `redis://127.0.0.1:${name.port}`;
      const queue = openQueue(sourceOf(url, name.port), { prefix: newPrefix(), closeTimeout: 1000 });
      onTestFinished(() => queue.close());
      await queue.ready();
      const handled = new Set<string>();
      queue.start('default', async ({ id }) => {
        handled.add(id);
        return processed;
      });
      const before = createDelivery();
      await queue.enqueue(before);
      await until('it is handled', () => handled.has(before.id));
      await connectTo(first.url).replicaof('127.0.0.1', second.port);
      const enqueue = (id: string) => queue.enqueue(createDelivery({ id })).then(String, () => 'rejected');
      // The name still leads to the old primary for a while.
      await until('the queue is refused', async () => (await enqueue(createDelivery().id)) === 'rejected');
      await until(
        'a check is refused',
        async () => (await queue.ready().catch(({ option }) => option)) === 'redis',
      );
      name.target = second.port;
      const after = createDelivery();
      await until('the queue is accepted', async () => (await enqueue(after.id)) !== 'rejected');
      await until('it is handled', () => handled.has(after.id));
    },
  );

  it('lists the endpoint of a new delivery after FLUSHALL, on the same connection', async () => {
    const server = await redisForTest();
    const prefix = newPrefix();
    const queue = queueForTest(server, { prefix });
    await queue.enqueue(createDelivery());
    await connectTo(server.url).flushall();
    await queue.enqueue(createDelivery());
    expect(await queueForTest(server, { prefix }).health()).toMatchObject({ ready: true, waiting: 1 });
  });

  it('lists the endpoint of a new delivery after a restart of a Redis that keeps nothing', async () => {
    const server = await redisForTest({ settings: { appendonly: 'no' } });
    const options = { prefix: newPrefix(), durability: 'unchecked' } as const;
    const queue = queueForTest(server, options);
    await queue.enqueue(createDelivery());
    await server.kill();
    await server.restart();
    const enqueue = () => queue.enqueue(createDelivery()).catch(() => 'rejected');
    await until('it accepts deliveries', async () => (await enqueue()) === 'accepted');
    expect(await queueForTest(server, options).health()).toMatchObject({ ready: true, waiting: 1 });
  });
});
