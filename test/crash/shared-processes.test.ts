import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { findProgram } from '../support/servers/describe-with-server.ts';
import { describeSharedEngines } from './support/engines/shared-engines.ts';
import { gather, untilDrained } from './support/evidence.ts';
import { startFleet } from './support/fleet.ts';
import { createSite, Receiver } from './support/receivers.ts';
import { deliver, nothingSent } from './support/sender.ts';
import { flawless, judge } from './support/verdict.ts';

afterAll(stopPrograms);

/** Milliseconds, for a busy machine. */
const timeout = 120_000;

describeSharedEngines((engine) => {
  it('loses no delivery and settles none twice when a receiver is stopped for longer than its lease', {
    timeout,
  }, async () => {
    const fleet = await startFleet(await engine.server.newPlace(), { handleFor: 20 });
    const [suspended] = fleet.receivers;
    await fleet.acknowledges(100);
    for (let stop = 0; stop < 2; stop++) {
      suspended?.program.signal('SIGSTOP');
      await sleep(1500);
      suspended?.program.signal('SIGCONT');
      await fleet.acknowledges(50);
    }
    const evidence = await fleet.finish(`${engine.name}, a receiver stopped for longer than its lease`);
    expect(judge(evidence)).toEqual(flawless);
  });
});

describeSharedEngines((engine) => {
  it('makes a dead letter only of the delivery that kills its receiver every time', {
    timeout,
  }, async () => {
    // On a busy machine, a shorter lease ends while its process is alive, which counts as another lost process.
    const settings = { maxAttempts: 3, lease: 1500, handleFor: 100 };
    const site = createSite('queue', settings, await engine.server.newPlace());
    const sent = nothingSent();
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    let receiver = await new Receiver(site).listening();
    let deaths = 0;
    async function restart(): Promise<void> {
      for (; ; receiver = new Receiver(site)) {
        const { signal } = await receiver.program.end();
        if (signal !== 'SIGKILL') return;
        deaths++;
      }
    }
    const restarting = restart();
    const others = Array.from({ length: 8 }, () => deliver(agent, () => receiver.url, sent));
    await Promise.all([...others, deliver(agent, () => receiver.url, sent, { target: 'poison.example' })]);
    await untilDrained(site);
    expect(await (await receiver.listening()).terminate()).toEqual({ code: 0, signal: null });
    await restarting;
    const evidence = await gather(site, sent);
    expect(judge(evidence)).toEqual(flawless);
    expect(deaths).toBe(3);
    expect(evidence.rows.map(({ state }) => state).sort()).toEqual(['dead', ...Array(8).fill('processed')]);
  });
});

/** Return the clock of a receiver, in milliseconds since 1970. */
async function clockOf({ url }: Receiver): Promise<number> {
  const [response] = await once(get(url), 'response');
  response.resume();
  return Date.parse(response.headers.date);
}

// packages/postgres tests clocks in its queue.
describeSharedEngines(
  (engine) => {
    it('loses no delivery and runs none on two machines at once when their clocks are an hour apart', {
      timeout,
    }, async (context) => {
      const faketime = { program: 'faketime', install: 'faketime' };
      if (findProgram(faketime) === undefined && process.env.CI === undefined) {
        context.skip('faketime is not installed. Run "apt-get install faketime".');
      }
      const ahead = ['env', 'FAKETIME_DONT_FAKE_MONOTONIC=1', 'faketime', '-f', '+1h'];
      const fleet = await startFleet(await engine.server.newPlace(), { handleFor: 50, failFirst: 1 }, ahead);
      const [first = 0, second = 0] = await Promise.all(fleet.receivers.map(clockOf));
      expect(second - first).toBeGreaterThan(3_500_000);
      await fleet.acknowledges(200);
      const evidence = await fleet.finish(`${engine.name}, clocks an hour apart`);
      expect(judge(evidence)).toEqual(flawless);
    });
  },
  ['bullmq'],
);
