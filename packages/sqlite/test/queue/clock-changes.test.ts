import { RetryLaterError } from '@spiderfoot-webhooks/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGate, done, quick, receive, untilState } from '../support/queues.ts';
import { open, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored, createWebhook } from '../support/webhooks.ts';

describe('A clock that is changed', () => {
  /** Return a function that shifts the wall clock of this process. */
  function setClock(): (shift: number) => void {
    const { now } = Date;
    let shift = 0;
    const spy = vi.spyOn(Date, 'now').mockImplementation(() => now.call(Date) + shift);
    onTestFinished(() => spy.mockRestore());
    return (by) => {
      shift = by;
    };
  }

  const day = 86_400_000;

  it('by a day back does not lengthen the wait that a handler asked for', async () => {
    const set = setClock();
    const path = temporaryPath();
    const store = open(path, { ...quick, maxDelay: 50, baseDelay: 50 });
    const handler = vi.fn(() => {
      if (handler.mock.calls.length === 1) throw new RetryLaterError(0.4, 'busy');
    });
    const receiver = receive(store).onAny(handler);
    const webhook = await createWebhook();
    await webhook.send(receiver);
    await until(() => expect(handler).toHaveBeenCalled());
    await until(async () => expect((await store.get(webhook.id))?.state).toBe('queued'));
    set(-day);
    await untilState(store, webhook, 'processed');
  });

  it.each([day, -day])('by %i ms does not stop retries and new deliveries', async (shift) => {
    const set = setClock();
    const store = open(temporaryPath(), { ...quick, maxDelay: 50, baseDelay: 50 });
    let down = true;
    const handler = vi.fn(() => {
      if (down) throw new Error('down');
    });
    const receiver = receive(store).onAny(handler);
    const webhook = await createWebhook();
    await webhook.send(receiver);
    await until(() => expect(handler).toHaveBeenCalled());
    set(shift);
    down = false;
    await untilState(store, webhook, 'processed');
    const next = await createWebhook('scan_failed');
    await next.send(receiver);
    await untilState(store, next, 'processed');
  });

  it.each([
    [day, 1],
    [-day, 1],
    [day, 20],
    [-day, 20],
  ])(
    'by %i ms does not affect the running deliveries of another worker, with maxAttempts %i',
    async (shift, maxAttempts) => {
      const set = setClock();
      const path = temporaryPath();
      // Both stores see the clock jump, like two processes of one machine. A last attempt could become a dead letter. Any other
      // attempt could be claimed.
      const options = { ...quick, lease: 3000, maxAttempts };
      // The owner does not renew its leases before the other store has polled.
      const [owner, other] = [open(path, { ...options, pollInterval: 60_000 }), open(path, options)];
      const gate = createGate();
      const endpoints = ['a', 'b'];
      const claimed = vi.fn();
      for (const endpoint of endpoints) {
        owner.start(endpoint, async (work) => {
          await gate.pass();
          return done(work);
        });
      }
      const deliveries = endpoints.map((endpoint) => createStored({ endpoint }));
      for (const delivery of deliveries) await owner.enqueue(delivery);
      await until(() => expect(gate.running()).toBe(2));
      for (const endpoint of endpoints) {
        other.start(endpoint, async (work) => {
          claimed();
          return done(work);
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      set(shift);
      // A worker that starts now has not seen the jump. It recognizes a clock that was set back by the stored times.
      if (shift < 0) {
        open(path, options).start('a', async (work) => {
          claimed();
          return done(work);
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(claimed).not.toHaveBeenCalled();
      for (const { id } of deliveries)
        expect(await owner.get(id)).toMatchObject({ state: 'running', attempts: 1 });
      gate.release(2);
      for (const delivery of deliveries) await untilState(owner, delivery, 'processed');
    },
  );
});
