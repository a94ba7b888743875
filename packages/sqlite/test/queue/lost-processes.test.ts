import { createReceiver } from '@spiderfoot-webhooks/core';
import type { QueuedWork } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it, vi } from 'vitest';
import { startProgram } from '../support/processes.ts';
import { createGate, done, quick, receive, untilState } from '../support/queues.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored, createWebhook, secret } from '../support/webhooks.ts';

describe('A process that is lost', () => {
  it('by SIGKILL loses its delivery to another process when the lease expires', async () => {
    const path = temporaryPath();
    const options = { ...quick, lease: 500 };
    const store = open(path, options);
    const delivery = await createWebhook();
    await delivery.send(
      createReceiver({ secret, queue: { ...store, start: () => ({ close: async () => {} }) } }),
    );
    const lost = startProgram({ path, options, handler: 'hangs' });
    await lost.waitForLine('began 1');
    const leaseEnd = (): number =>
      Object(query(path, 'SELECT lease_until AS "end" FROM webhook_logs')[0]).end;
    const firstEnd = leaseEnd();
    const handler = vi.fn();
    receive(store).onAny(handler).start();
    // The process renews its lease while it runs.
    await until(() => expect(leaseEnd()).toBeGreaterThan(firstEnd + options.lease));
    expect(handler).not.toHaveBeenCalled();
    lost.signal('SIGKILL');
    const record = await untilState(store, delivery, 'processed');
    expect(record?.attempts).toBe(2);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('by SIGSTOP cannot change a delivery that another process has claimed', async () => {
    const path = temporaryPath();
    // This store keeps the default lease, so that it does not lose a delivery on a slow machine.
    const store = open(path, quick);
    const delivery = await createWebhook();
    await delivery.send(
      createReceiver({ secret, queue: { ...store, start: () => ({ close: async () => {} }) } }),
    );
    const suspended = startProgram({ path, options: { ...quick, lease: 400 }, handler: 'waits' });
    await suspended.waitForLine('began 1');
    suspended.signal('SIGSTOP');
    const gate = createGate();
    receive(store)
      .onAny(() => gate.pass())
      .start();
    await until(() => expect(gate.running()).toBe(1));
    const before = await store.get(delivery.id);
    expect(before).toMatchObject({ state: 'running', attempts: 2 });
    suspended.signal('SIGCONT');
    suspended.writeLine('finish');
    await suspended.waitForLine('done 1');
    suspended.signal('SIGTERM');
    await suspended.end();
    expect(await store.get(delivery.id)).toMatchObject({ state: 'running', attempts: 2, handlers: [] });
    gate.release();
    expect(await untilState(store, delivery, 'processed')).toMatchObject({ attempts: 2 });
  });

  it('at every attempt leaves a dead letter', async () => {
    const path = temporaryPath();
    const options = { ...quick, lease: 200, maxAttempts: 2 };
    const store = open(path, options);
    const delivery = createStored();
    await store.enqueue({ ...delivery, body: (await createWebhook()).body });
    for (const attempt of [1, 2]) {
      const program = startProgram({ path, options, handler: 'dies' });
      await program.waitForLine(`began ${attempt}`);
      await program.end();
    }
    receive(store).start();
    expect(await untilState(store, delivery, 'dead')).toMatchObject({
      ...{ attempts: 2, nextAttempt: undefined },
      error: 'Its process ended or stalled during the last attempt',
    });
  });
});

describe('Processes with different options', () => {
  it("do not claim each other's running deliveries", async () => {
    const path = temporaryPath();
    const owner = open(path, { ...quick, lease: 3_600_000 });
    const gate = createGate();
    owner.start('default', async (work) => {
      await gate.pass();
      return done(work);
    });
    const delivery = createStored();
    await owner.enqueue(delivery);
    await until(() => expect(gate.running()).toBe(1));
    const other = open(path, { ...quick, lease: 30 });
    const claimed = vi.fn(async (work: QueuedWork) => done(work));
    other.start('default', claimed);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(claimed).not.toHaveBeenCalled();
    const [lease] = query(path, 'SELECT lease_until - received_at AS duration FROM webhook_logs');
    expect(Object(lease).duration).toBeGreaterThan(1_800_000);
    gate.release();
    await untilState(owner, delivery, 'processed');
  });

  it('take over the delivery of a lost process one lease after a fast clock is corrected', async () => {
    const path = temporaryPath();
    const store = open(path, { ...quick, lease: 200, maxDelay: 86_400_000 });
    const delivery = createStored();
    await store.enqueue(delivery);
    // Less than the longest wait: it is the lease that counts.
    query(
      path,
      "UPDATE webhook_logs SET state = 'running', attempts = 1, due_at = NULL, lease_owner = 'lost', lease_duration = 200, lease_until = ?",
      Date.now() + 3_600_000,
    );
    const process = vi.fn(async (work: QueuedWork) => done(work));
    store.start('default', process);
    await until(() => expect(process).toHaveBeenCalledOnce());
  });
});
