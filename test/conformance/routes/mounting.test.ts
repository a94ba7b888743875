import { createReceiver } from '@spiderfoot-webhooks/core';
import { memoryQueue, type StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { mounts, routeMounts } from '../../support/adapters/index.ts';
import { notingReceiver, secret, send, told, webhook } from '../../support/webhooks.ts';

const accepted = { status: 202, body: { status: 'accepted', id: expect.any(String) } };

/** Returns a delivery that an earlier run has left in a queue. */
const waiting = (id: string): StoredDelivery => ({
  ...{ id: id.repeat(32), endpoint: 'default', receivedAt: new Date(), ip: undefined },
  ...{ eventType: 'scan_failed', dialect: 'guide', scanId: undefined, target: undefined },
  body: Buffer.from(
    `{"event_type":"scan_failed","timestamp":"2026-01-01T00:00:00Z","data":{"scan_id":"${id}"}}`,
  ),
});

function openMemoryStore() {
  const store = openStore(':memory:', { baseDelay: 1 });
  onTestFinished(() => store.close());
  return store;
}

describe.each(mounts)('Mounting $name', (mount) => {
  it.each([
    ['a queue in memory', memoryQueue],
    ['a queue in SQLite', openMemoryStore],
  ])('starts no worker for %s; the first delivery does', async (_, open) => {
    const queue = open();
    for (const id of ['a', 'b']) await queue.enqueue(waiting(id));
    const start = vi.spyOn(queue, 'start');
    const { receiver, handled } = notingReceiver({ queue });
    const at = await mount.start(receiver);
    onTestFinished(at.close);
    onTestFinished(() => receiver.close());
    expect(start).not.toHaveBeenCalled();
    // A request without a genuine event does not start one either.
    expect((await send(at, { method: 'GET', headers: [], body: Buffer.of() })).status).toBe(405);
    expect(start).not.toHaveBeenCalled();
    expect(handled).toEqual([]);
    expect(told(await send(at, await webhook()))).toEqual(accepted);
    await vi.waitFor(() => expect(handled).toHaveLength(3));
    expect(start).toHaveBeenCalledOnce();
  });

  it('is rejected with the option endpoint while another receiver with the same store is mounted', async () => {
    const queue = memoryQueue();
    const [first, second] = [notingReceiver({ queue }), notingReceiver({ queue })];
    onTestFinished((await mount.start(first.receiver)).close);
    // At a second path, the same receiver may be mounted.
    onTestFinished((await mount.start(first.receiver)).close);
    await expect(mount.start(second.receiver)).rejects.toMatchObject({ option: 'endpoint' });
    onTestFinished((await mount.start(notingReceiver({ queue, endpoint: 'other' }).receiver)).close);
    await first.receiver.close();
    const at = await mount.start(second.receiver);
    onTestFinished(at.close);
    onTestFinished(() => second.receiver.close());
    expect(told(await send(at, await webhook()))).toEqual(accepted);
    await vi.waitFor(() => expect(second.handled).toHaveLength(1));
  });
});

describe.each(routeMounts)('A receiver whose events go to a route of $name', (mount) => {
  it('has no workers: a replay finds no handler to run', async () => {
    const store = openMemoryStore();
    const start = vi.spyOn(store, 'start');
    const receiver = createReceiver({ secret, log: store });
    const at = await mount.start(receiver, () => 200);
    onTestFinished(at.close);
    receiver.start();
    expect((await send(at, await webhook())).status).toBe(200);
    expect(start).not.toHaveBeenCalled();
  });
});
