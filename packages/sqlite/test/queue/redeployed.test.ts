import { anyEventSchema, createReceiver, type ReceiverOptions } from '@spiderfoot-webhooks/core';
import { expect, it, vi } from 'vitest';
import { open, temporaryPath, until } from '../support/temporary-files.ts';
import { createWebhook, secret } from '../support/webhooks.ts';

/**
 * Enqueue a delivery, let its handler fail, and close the store.
 * @returns the id of the delivery, and the store, opened again
 */
async function enqueueAndRestart() {
  const path = temporaryPath();
  const store = open(path, { baseDelay: 1 });
  const receiver = createReceiver({ secret, queue: store });
  receiver.on('scan_completed', () => Promise.reject(new Error('down')), { name: 'siem' });
  const { id, send } = await createWebhook('scan_completed');
  await send(receiver);
  await until(async () => expect((await store.get(id))?.attempts).toBeGreaterThan(0));
  await receiver.close();
  await store.close();
  return { id, next: open(path, { baseDelay: 1 }) };
}

it('a queued delivery is processed after a restart that removed its last handler', async () => {
  const { id, next } = await enqueueAndRestart();
  createReceiver({ secret, queue: next }).start();
  await until(async () => expect((await next.get(id))?.state).toBe('processed'));
});

it('a queued delivery is handled after a restart that removed its type from events', async () => {
  const { id, next } = await enqueueAndRestart();
  const handler = vi.fn();
  createReceiver({ secret, queue: next, events: ['finding'] })
    .on('scan_completed', handler, { name: 'siem' })
    .start();
  await until(async () => expect((await next.get(id))?.state).toBe('processed'));
  expect(handler).toHaveBeenCalledOnce();
});

it('a queued delivery that no longer matches its schema is rejected, and a replay handles it after the schema is corrected', async () => {
  const { id, next } = await enqueueAndRestart();
  const receiverOf = (schemas: NonNullable<ReceiverOptions['schemas']>) => {
    const handler = vi.fn();
    const receiver = createReceiver({ secret, queue: next, schemas }).onAny(handler, { name: 'siem' });
    return { receiver, handler };
  };
  const strict = receiverOf({ scan_completed: anyEventSchema }); // The data of an event is not an event.
  strict.receiver.start();
  await until(async () => expect((await next.get(id))?.state).toBe('rejected'));
  await strict.receiver.close();
  expect(await next.replay({ state: 'dead' })).toBe(0);
  expect(await next.replay({ state: 'rejected' })).toBe(1);
  const matching = receiverOf({});
  matching.receiver.start();
  await until(async () => expect((await next.get(id))?.state).toBe('processed'));
  expect(strict.handler).not.toHaveBeenCalled();
  expect(matching.handler).toHaveBeenCalledOnce();
});
