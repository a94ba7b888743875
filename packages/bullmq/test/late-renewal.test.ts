import { expect, it, onTestFinished } from 'vitest';
import { describeWithServer } from '../../../test/support/servers/describe-with-server.ts';
import { redis } from '../../../test/support/servers/redis.ts';
import { createDelivery, failed, processed } from './support/deliveries.ts';
import { QueueProcess } from './support/processes.ts';
import { newPrefix, queueForTest, redisForTest } from './support/redis.ts';
import { sleep, until } from './support/until.ts';

/** Milliseconds. */
const lease = 300;

describeWithServer(redis, 'A process that renews a lock of Redis too late', () => {
  it.each([
    { result: processed, attempts: [1], record: { attempts: 1, failures: 0 } },
    { result: failed, attempts: [1, 2], record: { attempts: 2, failures: 1 } },
  ])(
    'locks its delivery again after Redis was paused, and starts no second attempt while the first runs: $record',
    async ({ result, ...expected }) => {
      const server = await redisForTest();
      const queue = queueForTest(server, { lease });
      await queue.ready();
      const delivery = createDelivery();
      const attempts: number[] = [];
      let finish = () => {};
      queue.start('default', async ({ attempt }) => {
        attempts.push(attempt);
        if (attempt > 1) return processed;
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return result;
      });
      await queue.enqueue(delivery);
      await until('the attempt begins', () => attempts.length === 1);
      server.pause();
      onTestFinished(() => server.resume());
      await sleep(3 * lease);
      server.resume();
      const key = (await queue.get(delivery.id))?.key ?? '';
      await until('the job is locked again', async () => {
        const job = await queue.queueOf('default').backend.getJobData(key);
        return job?.stalledCounter === 1 && job.attemptsStarted === 2;
      });
      expect(attempts).toEqual([1]);
      finish();
      await until('it is processed', async () => (await queue.get(delivery.id))?.state === 'processed');
      expect(attempts).toEqual(expected.attempts);
      expect(await queue.get(delivery.id)).toMatchObject(expected.record);
    },
  );

  it('locks its delivery again after SIGSTOP, and starts no second attempt while the first runs', async () => {
    const server = await redisForTest();
    const options = { prefix: newPrefix(), lease };
    const queue = queueForTest(server, options);
    const delivery = createDelivery();
    await queue.enqueue(delivery);
    const key = (await queue.get(delivery.id))?.key ?? '';
    const stopped = new QueueProcess({ url: server.url, options, handler: 'hangs' });
    await until('the attempt begins', () => stopped.ids('began').length === 1);
    stopped.signal('SIGSTOP');
    await sleep(3 * lease);
    stopped.signal('SIGCONT');
    await until('the job is locked again', async () => {
      const job = await queue.queueOf('default').backend.getJobData(key);
      return job?.stalledCounter === 1 && job.attemptsStarted === 2;
    });
    await sleep(2 * lease);
    expect(stopped.ids('began')).toEqual([delivery.id]);
    expect(await queue.get(delivery.id)).toMatchObject({ state: 'running' });
  });

  it('starts a second attempt if another process takes over the delivery of a process that is stopped', async () => {
    const server = await redisForTest();
    const options = { prefix: newPrefix(), lease };
    const delivery = createDelivery();
    const queue = queueForTest(server, options);
    await queue.enqueue(delivery);
    const stopped = new QueueProcess({ url: server.url, options, handler: 'hangs' });
    await until('the attempt begins', () => stopped.ids('began').length === 1);
    stopped.signal('SIGSTOP');
    const attempts: number[] = [];
    queue.start('default', async ({ attempt }) => {
      attempts.push(attempt);
      return processed;
    });
    await until('it is processed', async () => (await queue.get(delivery.id))?.state === 'processed');
    stopped.signal('SIGCONT');
    expect(attempts).toEqual([2]);
    expect(await queue.get(delivery.id)).toMatchObject({ attempts: 2, failures: 1 });
  });
});
