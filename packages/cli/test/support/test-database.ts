import { join } from 'node:path';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { openStore } from '@spiderfoot-webhooks/sqlite';
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
