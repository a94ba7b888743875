import { type Receiver, sign } from '@spiderfoot-webhooks/core';
import type { Delivery } from '@spiderfoot-webhooks/core/adapter';
import type { StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import { signedWebhook, type TestEventType } from '@spiderfoot-webhooks/core/testing';

export const secret = 'sqlite-s3cret-ünïcode';

/** A signed webhook that can be sent several times. */
export interface Webhook {
  readonly body: Buffer;
  /** The id of its delivery. */
  readonly id: string;
  send(receiver: Receiver): ReturnType<Receiver['receive']>;
}

/** Sign any bytes. */
export async function createRaw(body: Uint8Array | string, peer = '127.0.0.1'): Promise<Webhook> {
  const bytes = Buffer.from(body);
  const signature = await sign(secret, bytes);
  const headers: Readonly<Record<string, string>> = {
    'content-type': 'application/json',
    'x-spiderfoot-signature': signature,
  };
  const delivery: Delivery = {
    method: 'POST',
    peer,
    header: (name) => headers[name],
    readBody: async () => bytes,
  };
  const id = signature.replace(/^sha256=/, '').slice(0, 32);
  return { body: bytes, id, send: (receiver) => receiver.receive(delivery) };
}

export async function createWebhook(
  type: TestEventType = 'scan_completed',
  data?: unknown,
  timestamp = new Date(),
): Promise<Webhook> {
  const { body } = await signedWebhook(type, { secret, timestamp, ...(data !== undefined && { data }) });
  return createRaw(body);
}

let serial = 0;

/** Create a delivery for a store that is called without a receiver. Each one has its own id and body. */
export function createStored(given: Partial<StoredDelivery> = {}): StoredDelivery {
  const number = ++serial;
  return {
    id: number.toString(16).padStart(32, '0'),
    endpoint: 'default',
    receivedAt: new Date(),
    ip: '127.0.0.1',
    eventType: 'scan_completed',
    dialect: 'guide',
    scanId: undefined,
    target: undefined,
    body: Buffer.from(JSON.stringify({ event_type: 'scan_completed', number })),
    ...given,
  };
}
