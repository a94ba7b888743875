import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { gather, until, untilDrained } from './support/evidence.ts';
import { createRandom, seed } from './support/random.ts';
import { createSite, type Mode, Receiver, temporaryFolder } from './support/receivers.ts';
import { nothingSent, startSender } from './support/sender.ts';
import { orderOf, readTrace, tracing, whyNotTraced } from './support/trace.ts';
import { flawless, judge } from './support/verdict.ts';

afterAll(stopPrograms);

const reason = whyNotTraced();

// After SIGKILL, the next process still sees data that was written but never synced. Only the order of the system calls
// shows what remains after a power failure.
if (reason !== undefined) {
  it('traces the system calls', () => {
    const consequence = 'NOT tested: that a 2xx follows the sync of its commit.';
    console.error(`${reason}\n${consequence}`);
    expect(process.env.CI, `${reason}. ${consequence}`).not.toBe('true');
  });
} else {
  describe('the order of the system calls', () => {
    it.each(['queue', 'log'] as const)(
      'commits and syncs a delivery in a %s before the 2xx and before the handlers',
      async (mode) => {
        const { site, trace } = await traced(mode);
        const order = orderOf(trace, site.place.location, site.journal);
        expect(order).toMatchObject({
          acknowledgedEarly: 0,
          handledEarly: 0,
          failed: 0,
          folderSynced: true,
        });
        expect(order.acknowledged).toBeGreaterThanOrEqual(100);
        expect(order.handled).toBeGreaterThanOrEqual(100);

        // Without the syncs, as with `synchronous = NORMAL`, every step is early.
        const unsynced = orderOf(
          trace.filter((line) => !/^f(?:data)?sync\(/.test(line)),
          site.place.location,
          site.journal,
        );
        expect(unsynced).toMatchObject({
          acknowledgedEarly: order.acknowledged,
          handledEarly: order.handled,
          folderSynced: false,
        });
      },
    );

    it('reports a queue that acknowledges before it commits', async () => {
      const { site, trace } = await traced('queue', 'answers-first');
      const order = orderOf(trace, site.place.location, site.journal);
      expect(order.acknowledgedEarly).toBeGreaterThan(0);
      expect(order.handledEarly).toBe(0);
    });
  });

  describe.each([
    { operation: 'a sync', call: 'fdatasync,fsync', error: 'EIO' },
    { operation: 'a write', call: 'pwrite64', error: 'ENOSPC' },
  ])('when $operation of the write-ahead log fails with $error', ({ operation, call, error }) => {
    it(`acknowledges no delivery and loses no acknowledged one when ${operation} fails`, async () => {
      const site = createSite('queue');
      const sent = nothingSent();
      const output = join(temporaryFolder(), 'trace');
      const faults = ['-e', `inject=${call}:error=${error}:when=100..115`];
      const receiver = await new Receiver(site, tracing(output, faults)).listening();
      const sender = startSender(() => receiver.url, sent, createRandom(seed), { connections: 8 });
      await until('webhooks were rejected', () => (sent.answers.get(503) ?? 0) > 0);
      const before = sent.acknowledged.size;
      await until('webhooks were acknowledged again', () => sent.acknowledged.size >= before + 50);
      await receiver.kill();
      await sender.stop();
      const next = await new Receiver(site).listening();
      await untilDrained(site);
      expect(await next.terminate()).toEqual({ code: 0, signal: null });
      expect(judge(await gather(site, sent))).toEqual(flawless);
      const order = orderOf(readTrace(output), site.place.location, site.journal);
      expect(order).toMatchObject({ acknowledgedEarly: 0, handledEarly: 0 });
      expect(order.failed).toBeGreaterThan(0);
    });
  });
}

/** Traces the system calls of a receiver of a few hundred webhooks. */
async function traced(mode: Mode, variant?: string) {
  const site = createSite(mode, variant === undefined ? {} : { variant });
  const sent = nothingSent();
  const output = join(temporaryFolder(), 'trace');
  const receiver = await new Receiver(site, tracing(output)).listening();
  const sender = startSender(() => receiver.url, sent, createRandom(seed), { connections: 8 });
  await until('webhooks were acknowledged', () => sent.acknowledged.size >= 100);
  await sender.stop();
  await untilDrained(site);
  expect(await receiver.terminate()).toEqual({ code: 0, signal: null });
  return { site, sent, trace: readTrace(output) };
}
