import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { fileLimit, smallFileSystem } from './support/disks.ts';
import { gather, isLocked, readJournal, rowsOf, until, untilDrained } from './support/evidence.ts';
import { createRandom, seed } from './support/random.ts';
import { createSite, Receiver, type Site } from './support/receivers.ts';
import { deliver, nothingSent, startSender } from './support/sender.ts';
import { flawless, judge } from './support/verdict.ts';

afterAll(stopPrograms);

const gently = { code: 0, signal: null };

function connections(): Agent {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return agent;
}

describe('A disk without space', () => {
  // Where nobody may mount, the limit alone is tried.
  it.each(['a full file system', 'files that may not grow'])(
    '%s: 503 until there is space, nothing lost',
    async (kind) => {
      const disk = (kind === 'a full file system' ? smallFileSystem() : undefined) ?? fileLimit();
      const site = createSite('queue', {}, disk.folder);
      const sent = nothingSent();
      let receiver = await new Receiver(site).listening();
      const sender = startSender(() => receiver.url, sent, createRandom(seed));
      await until('webhooks were acknowledged', () => sent.acknowledged.size >= 100);
      disk.fill(receiver);
      await until('webhooks were rejected', () => (sent.answers.get(503) ?? 0) >= 100);
      disk.free(receiver);
      const before = sent.acknowledged.size;
      await until('webhooks were acknowledged again', () => sent.acknowledged.size >= before + 100);
      expect([...sent.answers.keys()].filter((answer) => answer !== 202 && answer !== 503)).toEqual([]);
      await receiver.kill();
      receiver = await new Receiver(site).listening();
      await sender.stop();
      await untilDrained(site);
      expect(await receiver.terminate()).toEqual(gently);
      expect(judge(gather(site, sent))).toEqual(flawless);
    },
  );
});

/** Not in the middle of a commit: the lock that it holds there is freed by nobody else, which is SQLite's to promise. */
async function standStill({ program }: Receiver, site: Site): Promise<void> {
  for (;;) {
    program.signal('SIGSTOP');
    await sleep(10);
    if (!isLocked(site)) return;
    program.signal('SIGCONT');
    await sleep(1);
  }
}

describe('A process that stands still past its lease', () => {
  it('does not settle what another has taken over', async () => {
    const site = createSite('queue', { failFirst: 1, handleFor: 200, lease: 300 });
    const sent = nothingSent();
    const still = await new Receiver(site).listening();
    expect(await deliver(connections(), () => still.url, sent)).toBe(true);
    await until('it was begun', () => readJournal(site.journal).length === 1);
    await standStill(still, site);
    const other = await new Receiver(site).listening();
    await untilDrained(site);
    still.program.signal('SIGCONT');
    await until('the first has ended', () => readJournal(site.journal).length === 4);
    // Only once it has ended has it settled, or tried to.
    expect(await still.terminate()).toEqual(gently);
    await untilDrained(site);
    expect(await other.terminate()).toEqual(gently);

    const evidence = gather(site, sent);
    expect(judge(evidence)).toEqual(flawless);
    const steps = evidence.steps.map(({ attempt, step }) => `${attempt} ${step}`);
    expect(steps).toEqual(['1 began', '2 began', '2 handled', '1 failed']);
    expect(rowsOf(site)).toEqual([
      {
        state: 'processed',
        processed: 1,
        attempts: 2,
        lease_owner: null,
        due_at: null,
        error_message: null,
        handlers: '[{"name":"journal","succeeded":true,"attempts":1}]',
      },
    ]);
  });

  it('loses nothing of what it gets when it goes on', async () => {
    const site = createSite('queue', { handleFor: 20 });
    const sent = nothingSent();
    const receivers = [await new Receiver(site).listening(), await new Receiver(site).listening()];
    const [still = new Receiver(site)] = receivers;
    const random = createRandom(seed);
    const sender = startSender(() => receivers[Math.floor(random() * 2)]?.url ?? still.url, sent, random);
    await until('webhooks were acknowledged', () => sent.acknowledged.size >= 100);
    still.program.signal('SIGSTOP');
    // A broken answer is one that was waited for longer than the lease.
    await until('it was missed', () => (sent.answers.get('broken') ?? 0) >= 10);
    still.program.signal('SIGCONT');
    await sender.stop();
    await untilDrained(site);
    for (const receiver of receivers) expect(await receiver.terminate()).toEqual(gently);
    expect(judge(gather(site, sent))).toEqual(flawless);
  });
});

describe('SIGTERM', () => {
  it.each(['queue', 'log'] as const)('under load ends a %s with 0, and loses nothing', async (mode) => {
    const site = createSite(mode, { handleFor: 20 });
    const sent = nothingSent();
    let receiver = await new Receiver(site).listening();
    const sender = startSender(() => receiver.url, sent, createRandom(seed));
    await until('webhooks were acknowledged', () => sent.acknowledged.size >= 100);
    expect(await receiver.terminate()).toEqual(gently);
    receiver = await new Receiver(site).listening();
    await sender.stop();
    await untilDrained(site);
    expect(await receiver.terminate()).toEqual(gently);
    expect(judge(gather(site, sent))).toEqual(flawless);
  });

  it('gives back what takes longer than it waits, to be taken up without waiting for the lease', async () => {
    const settings = { lease: 3_600_000, closeTimeout: 50 };
    const site = createSite('queue', { ...settings, handleFor: 600_000 });
    const sent = nothingSent();
    const first = await new Receiver(site).listening();
    expect(await deliver(connections(), () => first.url, sent)).toBe(true);
    await until('it was begun', () => readJournal(site.journal).length === 1);
    expect(await first.terminate()).toEqual(gently);
    const second = await new Receiver({ ...site, settings }).listening();
    await untilDrained(site);
    expect(await second.terminate()).toEqual(gently);
    expect(judge(gather(site, sent))).toEqual(flawless);
  });
});

describe('A handler', () => {
  it('that never succeeds makes a dead letter after the last try', async () => {
    const site = createSite('queue', { failFirst: 9, maxAttempts: 3 });
    const sent = nothingSent();
    const receiver = await new Receiver(site).listening();
    expect(await deliver(connections(), () => receiver.url, sent)).toBe(true);
    await untilDrained(site);
    expect(await receiver.terminate()).toEqual(gently);
    const { rows, steps, ...evidence } = gather(site, sent);
    expect(judge({ ...evidence, rows, steps })).toEqual(flawless);
    expect(rows).toMatchObject([{ state: 'dead', failures: 3 }]);
    expect(steps.filter(({ step }) => step === 'failed')).toHaveLength(3);
  });

  it('that kills its process every time becomes a dead letter, and what came with it is handled', async () => {
    const site = createSite('queue', { maxAttempts: 3, lease: 300, handleFor: 100 });
    const sent = nothingSent();
    const agent = connections();
    let receiver = await new Receiver(site).listening();
    const others = Array.from({ length: 8 }, () => deliver(agent, () => receiver.url, sent));
    const poison = deliver(agent, () => receiver.url, sent, { target: 'poison.example' });
    let deaths = 0;
    const count = async () => {
      for (; ; receiver = new Receiver(site)) {
        const { signal } = await receiver.program.end();
        if (signal !== 'SIGKILL') return;
        deaths++;
      }
    };
    const counted = count();
    await Promise.all([...others, poison]);
    await untilDrained(site);
    expect(await (await receiver.listening()).terminate()).toEqual(gently);
    await counted;
    const evidence = gather(site, sent);
    expect(judge(evidence)).toEqual(flawless);
    expect(deaths).toBe(3);
    expect(evidence.rows.map(({ state }) => state).sort()).toEqual(['dead', ...Array(8).fill('processed')]);
  });
});
