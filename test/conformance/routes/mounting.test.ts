import { createReceiver } from '@spiderfoot-webhooks/core';
import { memoryQueue, type StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { mounts, routeMounts } from '../../support/adapters/index.ts';
import { recordingReceiver, resultOf, secret, send, webhook } from '../../support/webhooks.ts';

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

describe.each(mounts)('a mount of $name', (mount) => {
  it.each([
    ['a queue in memory', memoryQueue],
    ['a queue in SQLite', openMemoryStore],
  ])('starts the worker of %s at the first delivery, not at the mount', async (_, open) => {
    const queue = open();
    for (const id of ['a', 'b']) await queue.enqueue(waiting(id));
    const start = vi.spyOn(queue, 'start');
    const { receiver, handled } = recordingReceiver({ queue });
    const at = await mount.start(receiver);
    onTestFinished(at.close);
    onTestFinished(() => receiver.close());
    expect(start).not.toHaveBeenCalled();
    // A request without a verified event does not start it either.
    expect((await send(at, { method: 'GET', headers: [], body: Buffer.of() })).status).toBe(405);
    expect(start).not.toHaveBeenCalled();
    expect(handled).toEqual([]);
    expect(resultOf(await send(at, await webhook()))).toEqual(accepted);
    await vi.waitFor(() => expect(handled).toHaveLength(3));
    expect(start).toHaveBeenCalledOnce();
  });

  it('rejects a mount while another receiver with the same store and endpoint is mounted', async () => {
    const queue = memoryQueue();
    const [first, second] = [recordingReceiver({ queue }), recordingReceiver({ queue })];
    onTestFinished((await mount.start(first.receiver)).close);
    // At a second path, the same receiver may be mounted.
    onTestFinished((await mount.start(first.receiver)).close);
    await expect(mount.start(second.receiver)).rejects.toMatchObject({ option: 'endpoint' });
    onTestFinished((await mount.start(recordingReceiver({ queue, endpoint: 'other' }).receiver)).close);
    await first.receiver.close();
    const at = await mount.start(second.receiver);
    onTestFinished(at.close);
    onTestFinished(() => second.receiver.close());
    expect(resultOf(await send(at, await webhook()))).toEqual(accepted);
    await vi.waitFor(() => expect(second.handled).toHaveLength(1));
  });
});

describe.each(routeMounts)('a receiver with a route in $name', (mount) => {
  it('starts no worker for a receiver with a route, because a replay has no handler to run', async () => {
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
