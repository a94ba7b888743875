import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { describeWithServer } from '../../../test/support/servers/describe-with-server.ts';
import { type RedisServer, redis, startRedis } from '../../../test/support/servers/redis.ts';
import { openQueue } from '../src/index.ts';
import { createDelivery, failed, processed } from './support/deliveries.ts';
import { QueueProcess } from './support/processes.ts';
import { newPrefix, queueForTest, redisForTest } from './support/redis.ts';
import { sleep, until } from './support/until.ts';

describeWithServer(redis, 'A queue in Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it('is the queue of a receiver, which answers 202 and runs its handlers', async () => {
    const queue = queueForTest(server);
    const secret = 's3cret';
    const receiver = createReceiver({ secret, queue });
    const targets: unknown[] = [];
    receiver.on('scan_completed', ({ data }) => void targets.push(data.target));
    receiver.start();
    onTestFinished(() => receiver.close());
    const delivery = await signedDelivery('scan_completed', { secret });
    expect((await receiver.receive(delivery)).status).toBe('accepted');
    await until('the handler runs', () => targets.length === 1);
  });

  it.each(['a:b', '{x}', 'ü/../*', ' ', 'meta', 'a.b', '%3A', '\ud800', '🔒'])(
    'keeps the deliveries of the endpoint %j apart, with ids and bodies of any bytes',
    async (endpoint) => {
      const queue = queueForTest(server, { prefix: newPrefix() });
      const bodies = [Uint8Array.of(0xff, 0, 0x27), Uint8Array.of(), Buffer.from('"\u{1f512}\0\\ud800')];
      const ids = ['0', '12', 'a:b:c', 'x.y', '-', '🔒', ''.padEnd(500, 'f')];
      const deliveries = ids.map((id, index) =>
        createDelivery({ id, endpoint, body: bodies[index % 3] ?? Buffer.alloc(0), target: '\ud800"\n' }),
      );
      const seen: { readonly id: string; readonly body: Uint8Array }[] = [];
      for (const delivery of deliveries) {
        expect(await queue.enqueue(delivery)).toBe('accepted');
        expect(await queue.enqueue(delivery)).toBe('duplicate');
      }
      queue.start(endpoint, async (work) => {
        seen.push(work);
        expect(work).toMatchObject({ endpoint: work.endpoint, target: '\ud800"\n' });
        return processed;
      });
      await until('all have run', () => seen.length === ids.length);
      expect(seen.map(({ id }) => id)).toEqual(ids);
      for (const [index, { body }] of seen.entries()) {
        expect([...body]).toEqual([...(deliveries[index]?.body ?? [])]);
      }
      const listed: (string | undefined)[] = [];
      let cursor: string | undefined;
      await until('all are settled', async () => (await queue.list()).deliveries.length === ids.length);
      do {
        const page = await queue.list({ limit: 1, cursor });
        listed.push(...page.deliveries.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(listed.toSorted()).toEqual(ids.toSorted());
    },
  );

  it('accepts a dead letter once if two processes send it again at once, and keeps its handlers', async () => {
    const options = { prefix: newPrefix(), maxAttempts: 1 };
    const [one, two] = [queueForTest(server, options), queueForTest(server, options)];
    const works: { readonly attempt: number; readonly succeeded: readonly string[] }[] = [];
    let isDown = true;
    one.start('default', async (work) => {
      works.push(work);
      return isDown ? { ...failed, succeeded: ['slack'] } : processed;
    });
    for (let round = 0; round < 10; round++) {
      isDown = true;
      works.length = 0;
      const delivery = createDelivery();
      await one.enqueue(delivery);
      await until('it is dead', async () => (await one.get(delivery.id))?.state === 'dead');
      isDown = false;
      const statuses = await Promise.all([one, two, one, two].map((queue) => queue.enqueue(delivery)));
      expect(statuses.toSorted()).toEqual(['accepted', 'duplicate', 'duplicate', 'duplicate']);
      await until('it is processed', async () => (await one.get(delivery.id))?.state === 'processed');
      expect(works).toMatchObject([
        { attempt: 1, succeeded: [] },
        { attempt: 1, succeeded: ['slack'] },
      ]);
    }
  });

  it('does not count the processes that a processed delivery has lost when it is replayed', async () => {
    const options = { prefix: newPrefix(), maxAttempts: 3 };
    const queue = queueForTest(server, options);
    const delivery = createDelivery();
    await queue.enqueue(delivery);
    const order = { url: server.url, options: { ...options, lease: 200 }, handler: 'hangs' } as const;
    for (let process = 0; process < 2; process++) {
      const lost = new QueueProcess(order);
      await until('the attempt begins', () => lost.ids('began').length > 0);
      await lost.kill();
    }
    const failures: (number | undefined)[] = [];
    queue.start('default', async () => {
      failures.push((await queue.get(delivery.id))?.failures);
      return processed;
    });
    await until('it is processed', async () => (await queue.get(delivery.id))?.state === 'processed');
    await queue.replay({});
    await until('it has run again', () => failures.length === 2);
    expect(failures).toEqual([2, 0]);
  });

  it('accepts a delivery again after dedupeTtl', async () => {
    const queue = queueForTest(server, { dedupeTtl: 100, prefix: newPrefix() });
    const delivery = createDelivery();
    expect(await queue.enqueue(delivery)).toBe('accepted');
    expect(await queue.enqueue(delivery)).toBe('duplicate');
    await sleep(120);
    expect(await queue.enqueue(delivery)).toBe('accepted');
  });

  it('moves jobs of other programs to the failed ones, and runs the others', async () => {
    const logger = { error: vi.fn() };
    const queue = queueForTest(server, { logger, prefix: newPrefix() });
    await queue.ready();
    for (const data of [{ hello: 'world' }, 7, null, { id: 'x', endpoint: 'default', receivedAt: 'never' }]) {
      await queue.queueOf('default').add('foreign', data);
    }
    const delivery = createDelivery();
    await queue.enqueue(delivery);
    queue.start('default', async () => processed);
    await until('it is processed', async () => (await queue.get(delivery.id))?.state === 'processed');
    expect(await queue.health()).toMatchObject({ waiting: 0, running: 0, dead: 4 });
    expect((await queue.list()).deliveries.map(({ id }) => id)).toEqual([delivery.id]);
    expect(logger.error).toHaveBeenCalled();
  });

  it('waits for the next attempt even if the process that failed is closed', async () => {
    const options = { prefix: newPrefix(), maxDelay: 3_600_000 };
    const queue = queueForTest(server, options);
    const nextAttempt = new Date(Date.now() + 3_600_000);
    queue.start('default', async () => ({ ...failed, nextAttempt }));
    const delivery = createDelivery();
    await queue.enqueue(delivery);
    await until('it has failed', async () => (await queue.get(delivery.id))?.failures === 1);
    await queue.close();
    const other = queueForTest(server, options);
    expect(await other.get(delivery.id)).toMatchObject({ state: 'queued', nextAttempt, attempts: 1 });
    expect(await other.health()).toMatchObject({ delayed: 1, oldest: delivery.receivedAt });
  });

  it('connects with the options of ioredis, and with a function that creates connections', async () => {
    const { port } = server;
    for (const source of [{ port, host: '127.0.0.1' }, () => new Redis(port, '127.0.0.1')]) {
      const queue = openQueue(source, { prefix: newPrefix() });
      onTestFinished(() => queue.close());
      let attempts = 0;
      queue.start('default', async () => {
        attempts++;
        return processed;
      });
      await queue.enqueue(createDelivery());
      await until('it runs', () => attempts === 1);
    }
  });

  it('works on a Redis Cluster, and rejects the option replicas there', async () => {
    const node = await redisForTest({
      settings: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' },
    });
    const admin = new Redis(node.url);
    onTestFinished(() => admin.disconnect());
    await admin.cluster('ADDSLOTSRANGE', 0, 16383);
    await until('the cluster is up', async () => /cluster_state:ok/.test(await admin.cluster('INFO')));
    const connect = () => new Redis.Cluster([{ host: '127.0.0.1', port: node.port }]);
    const queue = openQueue(connect, { prefix: newPrefix() });
    onTestFinished(() => queue.close());
    await queue.ready();
    let attempts = 0;
    queue.start('default', async () => {
      attempts++;
      return processed;
    });
    await queue.enqueue(createDelivery());
    await until('it runs', () => attempts === 1);
    const replicated = openQueue(connect, { prefix: newPrefix(), replicas: 1 });
    onTestFinished(() => replicated.close());
    await expect(replicated.ready()).rejects.toMatchObject({ option: 'replicas' });
  });
});
