import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { Redis } from 'ioredis';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { describeWithServer } from '../support/servers/describe-with-server.ts';
import { type RedisOptions, redis, startRedis } from '../support/servers/redis.ts';
import { serverOf } from './support/engines/bullmq.ts';
import { until } from './support/evidence.ts';
import { startFleet } from './support/fleet.ts';
import type { Receiver } from './support/receivers.ts';
import { deliver, type Sent, timeouts } from './support/sender.ts';
import { flawless, judge } from './support/verdict.ts';

afterAll(stopPrograms);

const mebibyte = 2 ** 20;

async function redisForTest(options?: RedisOptions) {
  const started = await startRedis(options);
  onTestFinished(() => started.stop());
  return started;
}

/** Return the most memory that a process has used so far, in bytes. */
function peakMemory({ pid }: Receiver): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}

/** Send bodies of 512 KiB until the test ends. @returns a function that stops the senders */
function startLargeSenders(receivers: readonly Receiver[], sent: Sent): () => Promise<void> {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const data = { finding: 'x'.repeat(mebibyte / 2) };
  let isOver = false;
  const running = Array.from({ length: 16 }, async (_, index) => {
    const target = () => receivers[index % receivers.length]?.url ?? '';
    while (!isOver) await deliver(agent, target, sent, data, timeouts.spiderFoot);
  });
  return async () => {
    isOver = true;
    await Promise.all(running);
  };
}

const rejected = ({ answers }: Sent) => answers.get(503) ?? 0;

describeWithServer(redis, 'Receivers that share a Redis', () => {
  it('answer 503 when Redis is nearly full, lose no delivery, and accept more when it has memory', {
    timeout: 180_000,
  }, async () => {
    const started = await redisForTest({ settings: { maxmemory: '24mb' } });
    const fleet = await startFleet(await serverOf(started).newPlace(), { handleFor: 20 });
    const stop = startLargeSenders(fleet.receivers, fleet.sent);
    await until('webhooks were rejected', () => rejected(fleet.sent) >= 300);
    const admin = new Redis(started.url);
    onTestFinished(() => admin.disconnect());
    const [, used = 0] = /used_memory:(\d+)/.exec(await admin.info('memory'))?.map(Number) ?? [];
    expect(used).toBeLessThan(24 * mebibyte);
    // The tests read all deliveries at the end, so Redis gets more memory than the test can use.
    await admin.config('SET', 'maxmemory', '4gb');
    await stop();
    await fleet.acknowledges(100);
    const evidence = await fleet.finish('bullmq, Redis nearly full');
    expect(judge(evidence)).toEqual(flawless);
    expect([...fleet.sent.answers.keys()].toSorted()).toEqual([202, 503]);
  });

  it('use a limited amount of memory while Redis is paused for longer than the patience, and lose no delivery', {
    timeout: 180_000,
  }, async () => {
    const started = await redisForTest();
    const fleet = await startFleet(await serverOf(started).newPlace());
    const stop = startLargeSenders(fleet.receivers, fleet.sent);
    await fleet.acknowledges(100);
    const before = fleet.receivers.map(peakMemory);
    started.pause();
    try {
      // Their bodies have 1 GiB.
      await until('webhooks were rejected', () => rejected(fleet.sent) >= 2048);
    } finally {
      started.resume();
    }
    const growth = fleet.receivers.map((receiver, index) => peakMemory(receiver) - (before[index] ?? 0));
    await stop();
    await fleet.acknowledges(100);
    console.log(`memory grew by ${growth.map((bytes) => Math.round(bytes / mebibyte)).join(' and ')} MiB`);
    for (const bytes of growth) expect(bytes).toBeLessThan(192 * mebibyte);
    const evidence = await fleet.finish('bullmq, Redis paused, large bodies');
    expect(judge(evidence)).toEqual(flawless);
    expect([...fleet.sent.answers.keys()].every((answer) => [200, 202, 503].includes(Number(answer)))).toBe(
      true,
    );
  });
});
