import { createRedisBackend, type WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWithServer } from '../../../test/support/servers/describe-with-server.ts';
import { type RedisServer, redis, startRedis } from '../../../test/support/servers/redis.ts';
import { createDelivery, processed } from './support/deliveries.ts';
import { QueueProcess } from './support/processes.ts';
import { newPrefix, queueForTest } from './support/redis.ts';
import { sleep, until } from './support/until.ts';

describeWithServer(redis, 'A queue in Redis whose processes end', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  /**
   * Kill two receivers under load, one after the other.
   * @returns the accepted deliveries, and those of them that were not handled in the end
   */
  async function killReceivers(answersFirst: boolean) {
    const options = { prefix: newPrefix(), lease: 200, maxAttempts: 20 };
    const order = { url: server.url, options, handler: 'succeeds', senders: 16, answersFirst } as const;
    const receivers = [new QueueProcess(order), new QueueProcess(order)];
    for (const receiver of receivers) {
      await until('deliveries are accepted and handled', () => {
        if (receiver.hasEnded) throw new Error(receiver.errors);
        return receiver.ids('accepted').length > 300 && receiver.ids('done').length > 100;
      });
      await receiver.kill();
    }
    const queue = queueForTest(server, options);
    const handled = new Set(receivers.flatMap((receiver) => receiver.ids('began')));
    queue.start('default', async ({ id }) => {
      handled.add(id);
      return processed;
    });
    await until('the queue is empty', async () => {
      const { ready, waiting, running, delayed } = await queue.health();
      return ready && waiting + running + delayed === 0;
    });
    const accepted = receivers.flatMap((receiver) => receiver.ids('accepted'));
    return { accepted, lost: accepted.filter((id) => !handled.has(id)), dead: (await queue.health()).dead };
  }

  it('loses no accepted delivery if receivers are killed under load', async () => {
    const { accepted, lost, dead } = await killReceivers(false);
    expect({ lost, dead }, `of ${accepted.length} accepted deliveries`).toEqual({ lost: [], dead: 0 });
  });

  it('finds the lost deliveries of receivers that answer before the queue has accepted a delivery', async () => {
    let lost = 0;
    for (let round = 0; lost === 0 && round < 10; round++) lost = (await killReceivers(true)).lost.length;
    expect(lost).toBeGreaterThan(0);
  });

  it('makes an event that ends its processes a dead letter, and handles all others', {
    timeout: 120_000,
  }, async () => {
    const maxAttempts = 5;
    // On a busy machine, a shorter lease ends while its process is alive, which counts as another lost process.
    const options = { prefix: newPrefix(), lease: 1500, maxAttempts, concurrency: 21 };
    const queue = queueForTest(server, options);
    await queue.ready();
    const poison = createDelivery({ target: 'poison' });
    const innocents = Array.from({ length: 20 }, () => createDelivery());
    await Promise.all([...innocents.slice(10), poison, ...innocents.slice(0, 10)].map(queue.enqueue));
    const order = { url: server.url, options, handler: 'succeeds', duration: 50 } as const;
    let kills = 0;
    const isSettled = async () => {
      const { ready, waiting, running, delayed } = await queue.health();
      return ready && waiting + running + delayed === 0;
    };
    while (!(await isSettled())) {
      const receiver = new QueueProcess(order);
      await until('the process ends, or all are settled', async () => receiver.hasEnded || isSettled());
      if (receiver.hasEnded) kills++;
      else await receiver.kill();
    }
    expect(kills).toBe(maxAttempts);
    expect(await queue.get(poison.id)).toMatchObject({ state: 'dead', attempts: maxAttempts });
    const states = await Promise.all(innocents.map(async ({ id }) => (await queue.get(id))?.state));
    expect(states).toEqual(innocents.map(() => 'processed'));
  });

  it('runs a delivery alone before it becomes a dead letter, however many processes end after they have locked it', async () => {
    const maxAttempts = 3;
    const prefix = newPrefix();
    const queue = queueForTest(server, { prefix, lease: 200, maxAttempts });
    const connection = new Redis(server.url, { maxRetriesPerRequest: null });
    onTestFinished(() => connection.disconnect());
    const options: WorkerOptions = {
      ...{ connection, prefix, skipVersionCheck: true },
      ...{ lockDuration: 1, stalledInterval: 1, maxStalledCount: 100 },
    };
    const backend = createRedisBackend('default', options);
    const delivery = createDelivery();
    await queue.enqueue(delivery);
    const key = (await queue.get(delivery.id))?.key ?? '';
    for (let ended = 1; ended <= maxAttempts + 2; ended++) {
      await until('the job is locked', async () => {
        await backend.moveStalledJobsToWait();
        await backend.moveToActive(`process ${ended}`);
        return (await backend.getJobData(key))?.attemptsStarted === ended;
      });
    }
    const attempts: number[] = [];
    queue.start('default', async ({ attempt }) => {
      attempts.push(attempt);
      return processed;
    });
    await until('it is processed', async () => (await queue.get(delivery.id))?.state === 'processed');
    expect(attempts).toEqual([maxAttempts]);
    expect(await queue.get(delivery.id)).toMatchObject({ attempts: maxAttempts, failures: maxAttempts - 1 });
  });

  it('does not write the result of a process that was stopped for longer than its lease', async () => {
    const options = { prefix: newPrefix(), lease: 200 };
    const queue = queueForTest(server, options);
    const delivery = createDelivery();
    await queue.enqueue(delivery);
    const order = { url: server.url, options, handler: 'succeeds', duration: 500 } as const;
    const stopped = new QueueProcess(order);
    await until('the attempt begins', () => stopped.ids('began').length > 0);
    stopped.signal('SIGSTOP');
    const attempts: number[] = [];
    let finish = () => {};
    queue.start('default', async ({ attempt }) => {
      attempts.push(attempt);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return processed;
    });
    await until('another process takes over', () => attempts.length > 0);
    stopped.signal('SIGCONT');
    await until('the first process ends its attempt', () => stopped.ids('done').length > 0);
    await sleep(200);
    expect(await queue.get(delivery.id)).toMatchObject({ state: 'running', attempts: 2 });
    finish();
    await until('it is processed', async () => (await queue.get(delivery.id))?.state === 'processed');
    expect(await queue.get(delivery.id)).toMatchObject({ attempts: 2, failures: 1 });
    expect(attempts).toEqual([2]);
  });
});
