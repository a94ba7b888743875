import type { QueuedWork } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/index.ts';
import { createGate, done, quick, untilState } from '../support/queues.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

describe('Closing', () => {
  it('waits for running handlers, and starts no others', async () => {
    const path = temporaryPath();
    const store = openStore(path, { ...quick, concurrency: 1, closeTimeout: 60_000 });
    const gate = createGate();
    const workers = store.start('default', async (work) => {
      await gate.pass();
      return done(work);
    });
    for (let n = 0; n < 3; n++) await store.enqueue(createStored());
    await until(() => expect(gate.running()).toBe(1));
    let closed = false;
    const closing = workers.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(closed).toBe(false);
    gate.release();
    await closing;
    await store.close();
    expect(gate.most()).toBe(1);
    expect(query(path, 'SELECT state FROM webhook_logs ORDER BY id')).toEqual([
      { state: 'processed' },
      { state: 'queued' },
      { state: 'queued' },
    ]);
  });

  it('starts no delivery that was being claimed or stored at that moment', async () => {
    const path = temporaryPath();
    for (let round = 0; round < 30; round++) {
      const store = openStore(path, quick);
      await store.enqueue(createStored());
      const process = vi.fn(async (work: QueuedWork) => done(work));
      const workers = store.start('default', process);
      const stored = store.enqueue(createStored());
      if (round % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
      await workers.close();
      const begun = process.mock.calls.length;
      await stored;
      await store.close();
      expect(process).toHaveBeenCalledTimes(begun);
      expect(query(path, "SELECT count(*) AS count FROM webhook_logs WHERE state = 'running'")).toEqual([
        { count: 0 },
      ]);
    }
  });

  it('leaves a delivery in the queue that an idle worker was about to claim', async () => {
    const path = temporaryPath();
    const store = openStore(path, { ...quick, pollInterval: 60_000 });
    const process = vi.fn(async (work: QueuedWork) => done(work));
    const workers = store.start('default', process);
    const first = createStored();
    await store.enqueue(first);
    await untilState(store, first, 'processed');
    const stored = store.enqueue(createStored());
    await workers.close();
    expect(await stored).toBe('accepted');
    await store.close();
    expect(process).toHaveBeenCalledOnce();
    expect(query(path, 'SELECT state FROM webhook_logs ORDER BY id')).toEqual([
      { state: 'processed' },
      { state: 'queued' },
    ]);
  });

  it('waits in both calls if it is called twice', async () => {
    const path = temporaryPath();
    const store = openStore(path, { ...quick, closeTimeout: 60_000 });
    const gate = createGate();
    const workers = store.start('default', async (work) => {
      await gate.pass();
      return done(work);
    });
    await store.enqueue(createStored());
    await until(() => expect(gate.running()).toBe(1));
    const closing = [workers.close(), workers.close(), store.close(), store.close()];
    const first = await Promise.race([
      ...closing,
      new Promise((resolve) => setTimeout(resolve, 50, 'waits')),
    ]);
    expect(first).toBe('waits');
    gate.release();
    await Promise.all(closing);
    expect(query(path, 'SELECT state FROM webhook_logs')).toEqual([{ state: 'processed' }]);
  });

  it('releases a delivery that takes too long, and ignores its later result', async () => {
    const path = temporaryPath();
    const errors = vi.fn();
    const store = openStore(path, {
      ...quick,
      closeTimeout: 20,
      lease: 3_600_000,
      logger: { error: errors },
    });
    const gate = createGate();
    store.start('default', async (work) => {
      await gate.pass();
      return done(work);
    });
    const delivery = createStored();
    await store.enqueue(delivery);
    await until(() => expect(gate.running()).toBe(1));
    const next = open(path, quick);
    await store.close();
    expect(await next.get(delivery.id)).toMatchObject({ state: 'queued', attempts: 1 });
    const second = createGate();
    next.start('default', async (work) => {
      await second.pass();
      return done(work);
    });
    await until(() => expect(second.running()).toBe(1));
    gate.release();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await next.get(delivery.id)).toMatchObject({ state: 'running', attempts: 2 });
    second.release();
    await untilState(next, delivery, 'processed');
  });
});
