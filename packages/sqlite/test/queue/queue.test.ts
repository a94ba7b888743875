import { createReceiver } from '@spiderfoot-webhooks/core';
import { toHttpResponse } from '@spiderfoot-webhooks/core/adapter';
import type { QueuedWork } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/index.ts';
import { createGate, done, failed, quick, receive, untilState } from '../support/queues.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored, createWebhook, secret } from '../support/webhooks.ts';

describe('A queue', () => {
  it('answers 202 when a delivery is stored, and runs its handlers later', async () => {
    const path = temporaryPath();
    const receiver = receive(open(path, quick));
    const gate = createGate();
    receiver.onAny(() => gate.pass(), { name: 'gate' });
    const webhook = await createWebhook('scan_completed', { scan_id: 's', target: 't' });
    const outcome = await webhook.send(receiver);
    expect(toHttpResponse(outcome).status).toBe(202);
    expect(query(path, 'SELECT delivery_id AS id FROM webhook_logs')).toEqual([{ id: webhook.id }]);
    expect((await webhook.send(receiver)).status).toBe('duplicate');
    await until(() => expect(gate.running()).toBe(1));
    expect(query(path, 'SELECT state, attempts, processed FROM webhook_logs')).toEqual([
      { state: 'running', attempts: 1, processed: 0 },
    ]);
    expect((await webhook.send(receiver)).status).toBe('duplicate');
    gate.release();
    await until(() =>
      expect(query(path, 'SELECT state, processed, lease_owner, due_at, handlers FROM webhook_logs')).toEqual(
        [
          {
            ...{ state: 'processed', processed: 1, lease_owner: null, due_at: null },
            handlers: expect.stringMatching(
              /^\[\{"name":"gate","succeeded":true,"attempts":1,"runs":\[\{"startedAt":"[^"]+Z","duration":[\d.]+\}\]\}\]$/,
            ),
          },
        ],
      ),
    );
    expect((await webhook.send(receiver)).status).toBe('duplicate');
    expect(gate.most()).toBe(1);
  });

  it('passes a delivery to its handlers as it was received', async () => {
    const store = open(temporaryPath(), quick);
    const works: QueuedWork[] = [];
    const process = async (work: QueuedWork) => {
      works.push(work);
      return works.length === 1 ? failed() : done(work);
    };
    const first = createStored({ ip: undefined, scanId: 's', target: 't' });
    const second = createStored({ body: Buffer.from([0xff, 0x00]), eventType: undefined });
    store.start('default', process);
    await until(async () => {
      await store.enqueue(first);
      expect(works.length).toBeGreaterThan(0);
    });
    await store.enqueue(second);
    await until(() => expect(works).toHaveLength(3));
    for (const work of works) {
      const sent = work.id === first.id ? first : second;
      const { attempt: _, succeeded: _2, ...given } = work;
      expect({ ...given, body: Buffer.from(given.body) }).toEqual({
        ...sent,
        eventType: work.id === second.id && works.indexOf(work) >= 0 ? given.eventType : sent.eventType,
      });
    }
  });

  it('continues after a restart with the deliveries of the previous process', async () => {
    const path = temporaryPath();
    const first = openStore(path, quick);
    const webhooks = await Promise.all([1, 2, 3].map((n) => createWebhook('scan_completed', { n })));
    // Another endpoint's receiver is not there to handle it.
    for (const { send } of webhooks)
      await send(createReceiver({ secret, queue: { ...first, start: () => ({ close: async () => {} }) } }));
    await first.close();
    const seen: unknown[] = [];
    const second = open(path, quick);
    receive(second)
      .onAny((_, { id }) => void seen.push(id))
      .start();
    await until(() => expect(seen).toEqual(webhooks.map(({ id }) => id)));
  });

  it('marks a delivery as rejected if it no longer matches its schema', async () => {
    const store = open(temporaryPath(), quick);
    const receiver = receive(store);
    const misfit = createStored();
    await store.enqueue(misfit);
    receiver.start();
    expect(await untilState(store, misfit, 'rejected')).toMatchObject({ code: 'invalid_event', attempts: 1 });
  });

  it('separates logged and queued deliveries in one file by their states', async () => {
    const store = open(temporaryPath(), quick);
    const webhook = await createWebhook();
    const queued = receive(store).onAny(() => {});
    expect((await webhook.send(queued)).status).toBe('accepted');
    const handler = vi.fn();
    expect((await webhook.send(createReceiver({ secret, log: store }).onAny(handler))).status).toBe(
      'duplicate',
    );
    expect(handler).not.toHaveBeenCalled();
  });
});
