import { randomBytes } from 'node:crypto';
import type { StoredDelivery } from '@spiderfoot-webhooks/core/stores';

/** Create a delivery with an id of its own. */
export function createStored(given: Partial<StoredDelivery> = {}): StoredDelivery {
  const id = randomBytes(16).toString('hex');
  return {
    ...{ id, endpoint: 'default', receivedAt: new Date(), ip: '127.0.0.1', eventType: 'scan_completed' },
    ...{ dialect: 'guide', scanId: undefined, target: undefined },
    body: Buffer.from(JSON.stringify({ event_type: 'scan_completed', id })),
    ...given,
  };
}
