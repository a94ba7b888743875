import type { Delivery } from '../../src/adapter/index.ts';
import type { Receiver } from '../../src/index.ts';
import { type SignedOptions, signedWebhook } from '../../src/testing/index.ts';

export const secret = 'core-s3cret';

/** Sign a webhook, and return a function that creates deliveries of it. All of them have the same bytes. */
export async function deliveryFactory(
  type = 'scan_completed',
  options: Partial<SignedOptions> = {},
  peer = '127.0.0.1',
): Promise<() => Delivery> {
  const { method, headers, body } = await signedWebhook(type, { secret, ...options });
  return () => ({
    method,
    peer,
    header: (name) => headers[name],
    readBody: async () => Buffer.from(body),
  });
}

/** Sign a webhook, and return a function that sends it to a receiver. Each call sends the same bytes. */
export async function sender(type = 'scan_completed', data: unknown = {}, peer = '127.0.0.1') {
  const createDelivery = await deliveryFactory(type, { data }, peer);
  return (receiver: Receiver) => receiver.receive(createDelivery());
}
