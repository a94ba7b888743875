import { describe, expect, it, onTestFinished } from 'vitest';
import { createGate, done, quick, receive, untilState } from '../support/queues.ts';
import { open, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored, createWebhook } from '../support/webhooks.ts';

describe('A queue', () => {
  it('is not blocked by deliveries that fail or never end', async () => {
    const store = open(temporaryPath(), {
      ...quick,
      concurrency: 2,
      maxDelay: 60_000,
      baseDelay: 60_000,
      closeTimeout: 1,
    });
    const handled: unknown[] = [];
    const receiver = receive(store).onAny(async ({ event_type }) => {
      if (event_type === 'scan_failed') throw new Error('poison');
      if (event_type === 'scan.aborted') await new Promise(() => {});
      handled.push(event_type);
    });
    await (await createWebhook('scan.aborted')).send(receiver);
    for (let n = 0; n < 5; n++) await (await createWebhook('scan_failed', { n })).send(receiver);
    for (let n = 0; n < 5; n++) await (await createWebhook('scan_completed', { n })).send(receiver);
    await until(() => expect(handled).toHaveLength(5));
  });

  it('runs deliveries in the order of arrival, at most concurrency at once', async () => {
    const store = open(temporaryPath(), { ...quick, concurrency: 3, pollInterval: 1 });
    const gate = createGate();
    const order: string[] = [];
    const receiver = receive(store).onAny(async (_, { id }) => {
      order.push(id);
      await gate.pass();
    });
    receiver.start();
    const sent: string[] = [];
    const releasing = setInterval(() => gate.release(), 1);
    onTestFinished(() => clearInterval(releasing));
    for (let round = 0; round < 30; round++) {
      const webhooks = await Promise.all(
        [1, 2, 3, 4].map((n) => createWebhook('scan_completed', { round, n })),
      );
      sent.push(...webhooks.map(({ id }) => id));
      await Promise.all(webhooks.map(({ send }) => send(receiver)));
    }
    await until(() => expect(order).toHaveLength(sent.length));
    expect(gate.most()).toBe(3);
    // Up to three handlers start concurrently, so a delivery can start up to three places early or late.
    const late = order.map((id, index) => Math.abs(sent.indexOf(id) - index));
    expect(Math.max(...late)).toBeLessThanOrEqual(3);
  });

  it('runs at most concurrency deliveries at once after a burst while it was idle', async () => {
    const store = open(temporaryPath(), { ...quick, concurrency: 3 });
    const gate = createGate();
    let free = true;
    store.start('default', async (work) => {
      if (!free) await gate.pass();
      return done(work);
    });
    for (let round = 0; round < 20; round++) {
      free = true;
      const before = createStored();
      await store.enqueue(before);
      await untilState(store, before, 'processed');
      free = false;
      const deliveries = Array.from({ length: 8 }, () => createStored());
      await Promise.all(deliveries.map((delivery) => store.enqueue(delivery)));
      await until(() => expect(gate.running()).toBe(3));
      await until(async () => {
        gate.release(8);
        expect(await store.counts({ state: 'processed' })).toEqual([
          { state: 'processed', count: 9 * (round + 1) },
        ]);
      });
    }
    expect(gate.most()).toBe(3);
  });

  it('keeps the order of deliveries with concurrency 1', async () => {
    const store = open(temporaryPath(), { ...quick, concurrency: 1, pollInterval: 60_000 });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const order: string[] = [];
    store.start('default', async (work) => {
      order.push(work.id);
      for (let turns = order.length % 4; turns > 0; turns--) await turn();
      return done(work);
    });
    const sent: string[] = [];
    for (let round = 0; round < 100; round++) {
      for (let n = 0; n < round % 3; n++) {
        const delivery = createStored();
        sent.push(delivery.id);
        store.enqueue(delivery).catch(() => {});
      }
      for (let turns = round % 7; turns >= 0; turns--) await turn();
      if (round % 5 === 0) await until(() => expect(order).toHaveLength(sent.length));
    }
    await until(() => expect(order).toHaveLength(sent.length));
    expect(order).toEqual(sent);
  });
});
