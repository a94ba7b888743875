import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createReceiver, RetryLaterError } from '@spiderfoot-webhooks/core';
import type { DeliveryQueue } from '@spiderfoot-webhooks/core/stores';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { openStore, type Store } from '@spiderfoot-webhooks/sqlite';
import { temporaryFolder } from './certificates.ts';
import { secret } from './command.ts';

/** A delivery for a test database. */
export interface StoredDelivery {
  readonly type: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Whether the handler succeeds. With `partly`, a second handler succeeds. @default 'succeeds' */
  readonly handler?: 'succeeds' | 'fails' | 'partly';
  /** Milliseconds since the delivery was received. */
  readonly age?: number;
}

/** Create a database by receiving the deliveries in order, and then an event with a wrong signature. @returns the path */
export async function database(...deliveries: readonly StoredDelivery[]): Promise<string> {
  const path = join(await temporaryFolder(), 'w.db');
  const store = openStore(path);
  let age = 0;
  let handler: StoredDelivery['handler'] = 'succeeds';
  const receiver = createReceiver({ secret, log: store, now: () => Date.now() - age });
  receiver.onAny(
    () => {
      if (handler === 'fails' || handler === 'partly') throw new Error('the ticket system is down');
    },
    { name: 'ticket' },
  );
  if (deliveries.some((delivery) => delivery.handler === 'partly'))
    receiver.onAny(() => {}, { name: 'audit' });
  for (const delivery of deliveries) {
    age = delivery.age ?? 0;
    handler = delivery.handler;
    const { type, data } = delivery;
    await receiver.receive(await signedDelivery(type, { secret, ...(data && { data }) }));
  }
  await receiver.receive(await signedDelivery('scan_started', { secret: 'another' }));
  await receiver.close();
  await store.close();
  return path;
}

const hour = 3_600_000;

/** Receive events with a queue. Their handler asks to wait for an hour. */
export async function delayDeliveries(
  queue: DeliveryQueue & Pick<Store, 'health'>,
  ...types: readonly string[]
): Promise<void> {
  const receiver = createReceiver({ secret, queue });
  receiver.onAny(() => Promise.reject(new RetryLaterError(3600, 'busy')), { name: 'ticket' });
  // Equal bodies would be duplicates.
  for (const [index, type] of types.entries()) {
    const timestamp = new Date(Date.now() - index * 1000);
    await receiver.receive(await signedDelivery(type, { secret, timestamp }));
  }
  while ((await queue.health()).delayed < types.length) await setTimeout(5);
  await receiver.close();
}

/** Create a database whose deliveries wait for a retry. @returns the path */
export async function delayedDatabase(...types: readonly string[]): Promise<string> {
  const path = join(await temporaryFolder(), 'w.db');
  const store = openStore(path);
  await delayDeliveries(store, ...types);
  await store.close();
  return path;
}

/** Create a database with a processed, a failed, another processed and a rejected delivery, oldest first. */
export function typicalDatabase(): Promise<string> {
  return database(
    {
      type: 'scan_completed',
      data: { scan_id: 's1', target: 'example.com', note: 'needle' },
      age: 30 * hour,
    },
    {
      type: 'high_risk_event',
      data: { scan_id: 's1', target: 'example.org' },
      age: 5 * hour,
      handler: 'fails',
    },
    { type: 'alert.high', age: hour },
    { type: 'scan_failed', data: { target: 7 }, age: 1000 },
  );
}
