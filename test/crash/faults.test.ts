import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { fileLimit, smallFileSystem } from './support/disks.ts';
import { sqlitePlace } from './support/engines/sqlite.ts';
import { gather, isLocked, readJournal, rowsOf, until, untilDrained } from './support/evidence.ts';
import { createRandom, seed } from './support/random.ts';
import { createSite, Receiver, type Site } from './support/receivers.ts';
import { deliver, nothingSent, startSender, timeouts } from './support/sender.ts';
import { flawless, judge } from './support/verdict.ts';

afterAll(stopPrograms);

const cleanExit = { code: 0, signal: null };

function connections(): Agent {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return agent;
}

describe('a full disk', () => {
  // If the user may not mount a file system, both tests use the limit on the file size.
  it.each(['a full file system', 'a limit on the file size'])(
    'returns 503 until space is free and loses no delivery, with %s',
    async (kind) => {
      const disk = (kind === 'a full file system' ? smallFileSystem() : undefined) ?? fileLimit();
      const site = createSite('queue', {}, sqlitePlace(disk.folder));
      const sent = nothingSent();
      let receiver = await new Receiver(site).listening();
      const options = { timeout: timeouts.spiderFoot };
      const sender = startSender(() => receiver.url, sent, createRandom(seed), options);
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
      expect(await receiver.terminate()).toEqual(cleanExit);
      expect(judge(await gather(site, sent))).toEqual(flawless);
    },
  );
});

/** Stops a process, but not during a commit: no other process can release the lock that it holds then. */
async function suspend({ program }: Receiver, site: Site): Promise<void> {
  for (;;) {
    program.signal('SIGSTOP');
    await sleep(10);
    if (!isLocked(site)) return;
    program.signal('SIGCONT');
    await sleep(1);
  }
}

describe('a process that is suspended for longer than its lease', () => {
  it('does not settle a delivery that another process has claimed in the meantime', async () => {
    const site = createSite('queue', { failFirst: 1, handleFor: 200, lease: 300 });
    const sent = nothingSent();
    const suspended = await new Receiver(site).listening();
    expect(await deliver(connections(), () => suspended.url, sent)).toBe(true);
    await until('the handler had started', () => readJournal(site.journal).length === 1);
    await suspend(suspended, site);
    const other = await new Receiver(site).listening();
    await untilDrained(site);
    suspended.program.signal('SIGCONT');
    await until('the first handler had ended', () => readJournal(site.journal).length === 4);
    // The process has tried to settle the delivery only when it has exited.
    expect(await suspended.terminate()).toEqual(cleanExit);
    await untilDrained(site);
    expect(await other.terminate()).toEqual(cleanExit);

    const evidence = await gather(site, sent);
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
        handlers: expect.stringMatching(
          /^\[\{"name":"journal","succeeded":true,"attempts":1,"runs":\[\{[^{}]+\}\]\}\]$/,
        ),
      },
    ]);
  });

  it('loses no delivery that a suspended process receives when it continues', async () => {
    const site = createSite('queue', { handleFor: 20 });
    const sent = nothingSent();
    const receivers = [await new Receiver(site).listening(), await new Receiver(site).listening()];
    const [suspended = new Receiver(site)] = receivers;
    const random = createRandom(seed);
    const sender = startSender(() => receivers[Math.floor(random() * 2)]?.url ?? suspended.url, sent, random);
    await until('webhooks were acknowledged', () => sent.acknowledged.size >= 100);
    suspended.program.signal('SIGSTOP');
    // The timeout of a broken request is longer than the lease.
    await until('requests were broken', () => (sent.answers.get('broken') ?? 0) >= 10);
    suspended.program.signal('SIGCONT');
    await sender.stop();
    await untilDrained(site);
    for (const receiver of receivers) expect(await receiver.terminate()).toEqual(cleanExit);
    expect(judge(await gather(site, sent))).toEqual(flawless);
  });
});

describe('SIGTERM', () => {
  it.each(['queue', 'log'] as const)(
    'exits 0 on SIGTERM under load and loses no delivery of a %s',
    async (mode) => {
      const site = createSite(mode, { handleFor: 20 });
      const sent = nothingSent();
      let receiver = await new Receiver(site).listening();
      const sender = startSender(() => receiver.url, sent, createRandom(seed));
      await until('webhooks were acknowledged', () => sent.acknowledged.size >= 100);
      expect(await receiver.terminate()).toEqual(cleanExit);
      receiver = await new Receiver(site).listening();
      await sender.stop();
      await untilDrained(site);
      expect(await receiver.terminate()).toEqual(cleanExit);
      expect(judge(await gather(site, sent))).toEqual(flawless);
    },
  );

  it('releases a delivery whose handler exceeds closeTimeout, so that the next process need not wait for the lease', async () => {
    const settings = { lease: 3_600_000, closeTimeout: 50 };
    const site = createSite('queue', { ...settings, handleFor: 600_000 });
    const sent = nothingSent();
    const first = await new Receiver(site).listening();
    expect(await deliver(connections(), () => first.url, sent)).toBe(true);
    await until('the handler had started', () => readJournal(site.journal).length === 1);
    expect(await first.terminate()).toEqual(cleanExit);
    const second = await new Receiver({ ...site, settings }).listening();
    await untilDrained(site);
    expect(await second.terminate()).toEqual(cleanExit);
    expect(judge(await gather(site, sent))).toEqual(flawless);
  });
});

describe('a handler', () => {
  it('makes a dead letter of a delivery whose handler fails in every attempt', async () => {
    const site = createSite('queue', { failFirst: 9, maxAttempts: 3 });
    const sent = nothingSent();
    const receiver = await new Receiver(site).listening();
    expect(await deliver(connections(), () => receiver.url, sent)).toBe(true);
    await untilDrained(site);
    expect(await receiver.terminate()).toEqual(cleanExit);
    const { rows, steps, ...evidence } = await gather(site, sent);
    expect(judge({ ...evidence, rows, steps })).toEqual(flawless);
    expect(rows).toMatchObject([{ state: 'dead', failures: 3 }]);
    expect(steps.filter(({ step }) => step === 'failed')).toHaveLength(3);
  });

  it('makes a dead letter of a delivery that kills its process every time, and handles the other deliveries', async () => {
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
    expect(await (await receiver.listening()).terminate()).toEqual(cleanExit);
    await counted;
    const evidence = await gather(site, sent);
    expect(judge(evidence)).toEqual(flawless);
    expect(deaths).toBe(3);
    expect(evidence.rows.map(({ state }) => state).sort()).toEqual(['dead', ...Array(8).fill('processed')]);
  });
});
