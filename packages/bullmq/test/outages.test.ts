import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithServer } from '../../../test/support/servers/describe-with-server.ts';
import { redis } from '../../../test/support/servers/redis.ts';
import { createDelivery, failed, processed } from './support/deliveries.ts';
import { startLoad } from './support/load.ts';
import { startProxy } from './support/proxy.ts';
import { newPrefix, queueForTest, redisForTest } from './support/redis.ts';
import { sleep, until } from './support/until.ts';

describeWithServer(redis, 'A queue in Redis during outages', () => {
  /**
   * Kill Redis three times under load.
   * @returns the accepted deliveries, and those of them that were not handled in the end
   */
  async function killUnderLoad() {
    const server = await redisForTest();
    // A claim whose reply is lost is made again after the lease.
    const queue = queueForTest(server, { lease: 1000 });
    await queue.ready();
    const handled = new Set<string>();
    queue.start('default', async ({ id }) => {
      handled.add(id);
      return processed;
    });
    const load = startLoad(queue);
    for (let kill = 1; kill <= 3; kill++) {
      const before = load.accepted.length;
      await until('deliveries are accepted', () => load.accepted.length > before + 100);
      await server.kill();
      await server.restart();
    }
    const before = load.accepted.length;
    await until('deliveries are accepted again', () => load.accepted.length > before + 100);
    await load.stop();
    await until('the queue is empty', async () => {
      const { ready, waiting, running, delayed } = await queue.health();
      return ready && waiting + running + delayed === 0;
    });
    return { accepted: load.accepted, lost: load.accepted.filter((id) => !handled.has(id)) };
  }

  it('loses no accepted delivery if Redis is killed', { timeout: 90_000 }, async () => {
    const { accepted, lost } = await killUnderLoad();
    expect(lost, `of ${accepted.length} accepted deliveries`).toEqual([]);
  });

  it('finds lost deliveries of a Redis without an append-only file', async () => {
    const server = await redisForTest({ settings: { appendonly: 'no' } });
    const queue = queueForTest(server, { durability: 'unchecked' });
    const load = startLoad(queue);
    await until('deliveries are accepted', () => load.accepted.length > 100);
    await load.stop();
    await server.kill();
    await server.restart();
    await until('Redis is connected again', async () => (await queue.health()).ready);
    expect((await queue.health()).waiting).toBeLessThan(load.accepted.length);
  });

  it('health() is not ready after the patience while Redis is paused', async () => {
    const server = await redisForTest();
    const queue = queueForTest(server, { patience: 500 });
    await queue.ready();
    server.pause();
    onTestFinished(() => server.resume());
    expect(await queue.health()).toMatchObject({ ready: false });
    await expect(queue.enqueue(createDelivery())).rejects.toMatchObject({ name: 'QueueError' });
  });

  it('rejects deliveries while Redis is paused, at once after the first time-out, and loses none', async () => {
    const server = await redisForTest();
    const queue = queueForTest(server, { patience: 500 });
    const handled = new Set<string>();
    queue.start('default', async ({ id }) => {
      handled.add(id);
      return processed;
    });
    const load = startLoad(queue);
    await until('deliveries are accepted', () => load.accepted.length > 100);
    server.pause();
    onTestFinished(() => server.resume());
    // If each delivery waited, the test would exceed its time limit.
    for (let n = 0; n < 200; n++) {
      await expect(queue.enqueue(createDelivery())).rejects.toMatchObject({ name: 'QueueError' });
    }
    expect((await queue.health()).ready).toBe(false);
    await sleep(5000);
    const before = load.accepted.length;
    server.resume();
    await until('deliveries are accepted again', () => load.accepted.length > before + 100);
    await load.stop();
    await until('all are handled', () => load.accepted.every((id) => handled.has(id)));
    for (const error of load.errors) expect(error).toMatchObject({ name: 'QueueError' });
  });

  it('recognizes a delivery whose reply was lost as a duplicate when it is sent again', async () => {
    const server = await redisForTest();
    const proxy = await startProxy(server.port);
    const queue = queueForTest({ url: `redis://127.0.0.1:${proxy.port}` });
    await queue.ready();
    const delivery = createDelivery();
    proxy.loseReplyTo(delivery.id);
    await expect(queue.enqueue(delivery)).rejects.toThrow();
    expect(proxy.hasLostReply()).toBe(true);
    await until('Redis is connected again', async () => (await queue.health()).ready);
    expect(await queue.enqueue(delivery)).toBe('duplicate');
    expect(await queue.health()).toMatchObject({ waiting: 1 });
  });

  it('reports a dead letter once if the reply to its settlement was lost', async () => {
    const server = await redisForTest();
    const proxy = await startProxy(server.port);
    const queue = queueForTest({ url: `redis://127.0.0.1:${proxy.port}` }, { maxAttempts: 1 });
    const delivery = createDelivery();
    const letters: string[] = [];
    let attempts = 0;
    queue.start(
      'default',
      async () => {
        attempts++;
        // The next command with this id is the settlement.
        proxy.loseReplyTo(delivery.id);
        return failed;
      },
      ({ id }) => letters.push(id) > 0,
    );
    await queue.enqueue(delivery);
    await until('the dead letter is reported', () => letters.length > 0);
    expect(proxy.hasLostReply()).toBe(true);
    await sleep(1500);
    expect([letters, attempts]).toEqual([[delivery.id], 1]);
  });

  it.each([
    { replicas: 1, loses: false },
    { replicas: 0, loses: true },
  ])(
    'after a failover to a replica that lags, replicas: $replicas loses accepted deliveries: $loses',
    async ({ replicas, loses }) => {
      const primary = await redisForTest();
      const proxy = await startProxy(primary.port);
      const replica = await redisForTest({ replicaOf: { ...primary, port: proxy.port } });
      const options = { prefix: newPrefix(), replicas, patience: 500 };
      const queue = queueForTest(primary, options);
      await queue.ready();
      const load = startLoad(queue);
      await until('deliveries are accepted', () => load.accepted.length > 200);
      proxy.holdReplies();
      await sleep(700);
      await load.stop();
      await primary.kill();
      proxy.cut();
      const admin = new Redis(replica.url);
      onTestFinished(() => admin.disconnect());
      await admin.replicaof('NO', 'ONE');
      const promoted = queueForTest(replica, { prefix: options.prefix });
      const found = await Promise.all(load.accepted.map((id) => promoted.get(id)));
      const lost = found.filter((record) => record === undefined).length;
      expect(lost > 0, `${lost} of ${load.accepted.length} are lost`).toBe(loses);
    },
  );

  it('rejects deliveries at a share of maxmemory, and accepts them again when the workers have made room', async () => {
    const server = await redisForTest({ settings: { maxmemory: '16mb' } });
    const queue = queueForTest(server, { keepProcessed: { keep: 0 } });
    await queue.ready();
    const load = startLoad(queue, { bodySize: 50_000 });
    await until('deliveries are rejected', () => load.errors.length > 50);
    const before = load.accepted.length;
    const admin = new Redis(server.url);
    onTestFinished(() => admin.disconnect());
    const [, used = 0] = /used_memory:(\d+)/.exec(await admin.info('memory'))?.map(Number) ?? [];
    expect(used).toBeLessThan(16 * 2 ** 20);
    let handled = 0;
    queue.start('default', async () => {
      handled++;
      return processed;
    });
    await until('deliveries are accepted again', () => load.accepted.length > before + 50);
    await load.stop();
    for (const error of load.errors) expect(error).toMatchObject({ name: 'QueueError' });
    await until('all are handled', () => handled >= load.accepted.length);
  });
});
