import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Process } from '../../../../test/support/child-process.ts';
import { createRunner } from '../../src/log/running-elsewhere.ts';
import { startLogProcess } from '../support/processes.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createWebhook, secret } from '../support/webhooks.ts';

/** Start two processes that use one file. */
async function startTwo() {
  const path = temporaryPath();
  const [first, second] = [startLogProcess(path), startLogProcess(path)];
  await Promise.all([first.waitForLine('ready'), second.waitForLine('ready')]);
  return { path, first, second };
}

const count = (process: Process, line: string) => process.lines.filter((printed) => printed === line).length;

describe('Two processes over one log', () => {
  it('run the handlers of a delivery once if both receive it', async () => {
    const { first, second } = await startTwo();
    first.writeLine('send');
    await first.waitForLine('began');
    for (let n = 0; n < 2; n++) second.writeLine('send');
    await second.waitForLine('503 in_progress 1', 2);
    first.writeLine('finish');
    await first.waitForLine('200 processed');
    second.writeLine('send');
    await second.waitForLine('200 duplicate');
    expect([count(first, 'began'), count(second, 'began')]).toEqual([1, 0]);
  });

  it('handle it in the second after the first has failed', async () => {
    const { first, second } = await startTwo();
    first.writeLine('send');
    await first.waitForLine('began');
    second.writeLine('send');
    await second.waitForLine('503 in_progress 1');
    first.writeLine('fail');
    await first.waitForLine('500 handler_failed');
    second.writeLine('send');
    await second.waitForLine('began');
    second.writeLine('finish');
    await second.waitForLine('200 processed');
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'handle it in the second at once, after the first got %s',
    async (signal) => {
      const { first, second } = await startTwo();
      first.writeLine('send');
      await first.waitForLine('began');
      second.writeLine('send');
      await second.waitForLine('503 in_progress 1');
      first.signal(signal);
      if (signal === 'SIGKILL') await first.end();
      else await until(() => expect(stateOf(first.pid)).toBe('T'));
      second.writeLine('send');
      await second.waitForLine('began');
      second.writeLine('finish');
      await second.waitForLine('200 processed');
    },
  );

  it('leave to the second a delivery that an earlier process has received and not settled', async () => {
    const { path, first, second } = await startTwo();
    first.writeLine('send');
    await first.waitForLine('began');
    first.signal('SIGKILL');
    await first.end();
    const third = startLogProcess(path);
    await third.waitForLine('ready');
    third.writeLine('send');
    await third.waitForLine('began');
    second.writeLine('send');
    await second.waitForLine('503 in_progress 1');
  });
});

describe('Two stores of one process over one log', () => {
  it('run the handlers of a delivery once, until the first store is closed', async () => {
    const path = temporaryPath();
    const webhook = await createWebhook();
    const stores = [open(path), open(path)] as const;
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const handlers = [vi.fn(() => finished), vi.fn()] as const;
    const [first, second] = stores.map((log, n) =>
      createReceiver({ secret, log }).onAny(handlers[n] ?? vi.fn()),
    );
    if (first === undefined || second === undefined) throw new Error('There are two');
    onTestFinished(() => finish());
    const firstOutcome = webhook.send(first);
    await vi.waitFor(() => expect(handlers[0]).toHaveBeenCalled());
    expect(await webhook.send(second)).toMatchObject({ code: 'in_progress' });
    await stores[0].close();
    expect(await webhook.send(second)).toMatchObject({ status: 'processed' });
    finish();
    expect(await firstOutcome).toMatchObject({ code: 'unavailable' });
  });
});

describe('The lease of a delivery that is received', () => {
  const now = Date.now();
  const leaseOf = (owner: unknown) => ({
    lease_owner: owner,
    lease_until: now + 30_000,
    lease_duration: 30_000,
  });
  const { owner } = createRunner('other');
  const [machine, , start] = owner.split(' ');
  const runner = createRunner('own');
  /** A process that is alive, and not this one. */
  const parent = `${machine} ${process.ppid}`;
  const alive = `${parent} ${startOf(process.ppid)} other`;

  it.each([
    ['its own store', createRunner('own').owner],
    ['a store of this process that is closed', owner],
    ['another machine, or another container', owner.replace(machine ?? '', hostname())],
    ['a process that is gone', `${machine} 4194304 ${start} other`],
    [
      'another process that has the number of one that is gone',
      `${parent} ${Number(startOf(process.ppid)) + 1} other`,
    ],
    ['a number alone, as an older version writes it', String(now)],
    ['nothing', null],
    ['something else', 'x'.repeat(100)],
  ])('does not keep a delivery from being handled if it names %s (%s)', (_, cell) => {
    expect(runner.isElsewhere(leaseOf(cell), now)).toBe(false);
  });

  it.each([
    ['lease_until', { ...leaseOf(alive), lease_until: null }],
    ['lease_duration', { ...leaseOf(alive), lease_duration: 'x' }],
  ])('does not keep a delivery from being handled if %s cannot be read', (_, lease) => {
    expect(runner.isElsewhere(lease, now)).toBe(false);
  });

  it('lasts ten seconds, as long as the sender waits', () => {
    expect(runner.isElsewhere(leaseOf(alive), now + 9999)).toBe(true);
    expect(runner.isElsewhere(leaseOf(alive), now + 10_000)).toBe(false);
    // The clock was set back.
    expect(runner.isElsewhere(leaseOf(alive), now - 5000)).toBe(false);
  });

  it('ends when a replay may select the delivery', async () => {
    const path = temporaryPath();
    const store = open(path);
    const webhook = await createWebhook();
    const receiver = createReceiver({ secret, log: store }).onAny(() => new Promise(() => {}), {
      timeout: 50,
    });
    const sent = webhook.send(receiver);
    await vi.waitFor(async () => expect((await store.get(webhook.id))?.state).toBe('received'));
    const [row] = query(path, 'SELECT lease_until - received_at AS duration FROM webhook_logs');
    expect(row).toMatchObject({ duration: expect.any(Number) });
    expect(await store.replay({ state: 'received' })).toBe(0);
    await sent;
  });
});

function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat[stat.lastIndexOf(')') + 2];
}

/** Returns the start time of a process, as the system reports it. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
