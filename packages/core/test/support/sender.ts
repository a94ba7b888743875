import type { Delivery } from '../../src/adapter/index.ts';
import type { Receiver } from '../../src/index.ts';
import { signedWebhook } from '../../src/testing/index.ts';

export const secret = 'core-s3cret';

/** A signed webhook that can be sent again and again. */
export async function sender(type = 'scan_completed', data: unknown = {}) {
  const { headers, body } = await signedWebhook(type, { secret, data });
  const delivery: Delivery = {
    method: 'POST',
    peer: '127.0.0.1',
    header: (name) => headers[name],
    readBody: async () => Buffer.from(body),
  };
  return (receiver: Receiver) => receiver.receive(delivery);
}
