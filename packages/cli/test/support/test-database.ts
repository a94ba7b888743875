import { join } from 'node:path';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { temporaryFolder } from './certificates.ts';
import { secret } from './command.ts';

/** A delivery for a database. */
export interface Kept {
  readonly type: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** How its handler takes it. @default 'succeeds' */
  readonly handler?: 'succeeds' | 'fails';
  /** Milliseconds before now. */
  readonly age?: number;
}

/** Makes a database by receiving, in that order. @returns its path */
export async function database(...deliveries: readonly Kept[]): Promise<string> {
  const path = join(await temporaryFolder(), 'w.db');
  const store = openStore(path);
  let age = 0;
  let handler: Kept['handler'] = 'succeeds';
  const receiver = createReceiver({ secret, log: store, now: () => Date.now() - age });
  receiver.onAny(
    () => {
      if (handler === 'fails') throw new Error('the ticket system is down');
    },
    { name: 'ticket' },
  );
  for (const kept of deliveries) {
    age = kept.age ?? 0;
    handler = kept.handler;
    await receiver.receive(
      await signedDelivery(kept.type, { secret, ...(kept.data && { data: kept.data }) }),
    );
  }
  await receiver.receive(await signedDelivery('scan_started', { secret: 'another' }));
  await receiver.close();
  await store.close();
  return path;
}
