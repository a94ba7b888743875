import { createReceiver, type Receiver, type ReceiverOptions } from '@spiderfoot-webhooks/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open, temporaryPath, until } from '../support/temporary-files.ts';
import { createRaw, secret } from '../support/webhooks.ts';

/** Writes a body like SpiderFoot's notification channel, without a time or an id. */
const notification = (data: object) =>
  createRaw(
    JSON.stringify({ event: 'scan_completed', title: 'Scan', message: '', data, source: 'spiderfoot' }),
  );

/** A receiver that is closed after the test, and the ids that its handler received. */
function receiving(options: Partial<ReceiverOptions>): { receiver: Receiver; ids: string[] } {
  const ids: string[] = [];
  const receiver = createReceiver({ secret, ...options }).onAny((_event, { id }) => void ids.push(id), {
    name: 'noting',
  });
  onTestFinished(() => receiver.close());
  receiver.start();
  return { receiver, ids };
}

describe.each(['log', 'queue'] as const)('equal notifications in a store that is used as a %s', (mode) => {
  it('are all handled and stored, before and after a restart, each under its own id', async () => {
    const path = temporaryPath();
    const webhook = await notification({ scan_id: 's1', target: 'example.com' });
    const ids: string[] = [];
    for (let run = 0; run < 2; run++) {
      const store = open(path);
      const { receiver, ids: handled } = receiving({ [mode]: store });
      const outcomes = [await webhook.send(receiver), await webhook.send(receiver)];
      const status = mode === 'log' ? 'processed' : 'accepted';
      expect(outcomes.map((outcome) => outcome.status)).toEqual([status, status]);
      await until(() => expect(handled).toHaveLength(2));
      ids.push(...handled);
      await receiver.close();
      await store.close();
    }
    const store = open(path);
    const { deliveries } = await store.list();
    expect(new Set(ids).size).toBe(4);
    expect(deliveries.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    for (const { key, dialect, state, target } of deliveries) {
      expect({ dialect, state, target }).toEqual({
        dialect: 'notification',
        state: 'processed',
        target: 'example.com',
      });
      expect((await store.get(key))?.body).toEqual(webhook.body);
    }
  });

  it('are replayed one by one, with the time at which each arrived', async () => {
    const store = open(temporaryPath());
    let now = Date.parse('2026-01-01T00:00:00Z');
    const times: string[] = [];
    const receiver = createReceiver({ secret, [mode]: store, now: () => now });
    receiver.onAny(({ timestamp }, { id }) => void times.push(`${id} ${timestamp}`), { name: 'noting' });
    onTestFinished(() => receiver.close());
    receiver.start();
    const webhook = await notification({});
    await webhook.send(receiver);
    now += 60_000;
    await webhook.send(receiver);
    await until(() => expect(times).toHaveLength(2));
    const before = times.toSorted();
    now += 60_000;
    await until(async () => expect((await store.list({ state: 'processed' })).deliveries).toHaveLength(2));
    expect(await store.replay({ state: 'processed' })).toBe(2);
    await until(() => expect(times).toHaveLength(4));
    expect(times.slice(2).toSorted()).toEqual(before);
  });

  it('that do not match their schema are stored separately', async () => {
    const store = open(temporaryPath());
    const { receiver } = receiving({ [mode]: store });
    const webhook = await notification({ scan_id: 1 });
    const outcomes = [await webhook.send(receiver), await webhook.send(receiver)];
    expect(outcomes).toMatchObject([{ code: 'invalid_event' }, { code: 'invalid_event' }]);
    const { deliveries } = await store.list({ state: 'rejected' });
    expect(new Set(deliveries.map(({ id }) => id)).size).toBe(2);
  });
});
