import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { startTcpProxy } from '../support/servers/tcp-proxy.ts';
import { describeSharedEngines } from './support/engines/shared-engines.ts';
import { until } from './support/evidence.ts';
import { startFleet } from './support/fleet.ts';
import { minutes } from './support/rounds.ts';
import { flawless, judge } from './support/verdict.ts';

afterAll(stopPrograms);

/** Milliseconds, for a busy machine. */
const timeout = 180_000;

/** A long run pauses the engine for longer. */
const pauses = minutes > 0 ? [5, 30] : [5];

describeSharedEngines((engine) => {
  it('loses no delivery when the engine is killed and restarted under load', { timeout }, async () => {
    const fleet = await startFleet(await engine.server.newPlace());
    for (let kill = 0; kill < 2; kill++) {
      await fleet.acknowledges(100);
      await engine.server.kill();
      await engine.server.restart();
    }
    await fleet.acknowledges(100);
    // PostgreSQL writes a claim to the disk a little later. If it is lost, the number of the attempt is used again.
    const shared = engine.name === 'postgres' ? expect.any(Number) : 0;
    const evidence = await fleet.finish(`${engine.name}, the engine killed twice`);
    expect(judge(evidence)).toEqual({ ...flawless, shared });
  });

  it.each(pauses)(
    'answers every request with 503 in time when the engine is paused for %d s, and handles all deliveries after that',
    { timeout },
    async (seconds) => {
      const fleet = await startFleet(await engine.server.newPlace());
      await fleet.acknowledges(100);
      await engine.server.pause();
      try {
        await sleep(seconds * 1000);
        await until('webhooks were rejected', () => (fleet.sent.answers.get(503) ?? 0) >= 100);
      } finally {
        await engine.server.resume();
      }
      await fleet.acknowledges(100);
      const evidence = await fleet.finish(`${engine.name}, the engine paused for ${seconds} s`);
      expect(judge(evidence)).toEqual(flawless);
      // A request without an answer within 10 seconds would be `broken`.
      expect([...fleet.sent.answers.keys()]).not.toContain('broken');
    },
  );

  it('loses no delivery when connections are cut in the middle of a statement', { timeout }, async () => {
    const proxy = await startTcpProxy(engine.server.port);
    onTestFinished(() => proxy.stop());
    const fleet = await startFleet(await engine.server.newPlace(proxy.port));
    for (let cut = 0; cut < 10; cut++) {
      await fleet.acknowledges(20);
      proxy.cutAt('scan_completed', cut % 2 === 0 ? 'before' : 'after');
      await until('a connection was cut', () => proxy.cuts > cut);
    }
    await fleet.acknowledges(20);
    const evidence = await fleet.finish(`${engine.name}, 10 connections cut`);
    expect(judge(evidence)).toEqual(flawless);
    expect([...fleet.sent.answers.keys()]).not.toContain('broken');
    // A delivery that was stored although the reply was lost is a duplicate when it is sent again.
    expect(fleet.sent.answers.get(200) ?? 0).toBeGreaterThan(0);
  });
});
