import { randomBytes } from 'node:crypto';
import type { QueuedResult, StoredDelivery } from '@spiderfoot-webhooks/core/stores';

/** Create a delivery with a new id. */
export function createDelivery(given: Partial<StoredDelivery> = {}): StoredDelivery {
  return {
    id: randomBytes(16).toString('hex'),
    endpoint: 'default',
    receivedAt: new Date(),
    ip: '192.0.2.1',
    body: Buffer.from('{"event_type":"scan_completed"}'),
    eventType: 'scan_completed',
    dialect: 'guide',
    scanId: undefined,
    target: undefined,
    ...given,
  };
}

export const processed: QueuedResult = { status: 'processed', succeeded: [], failures: [] };

export const failed: QueuedResult = {
  ...{ status: 'failed', succeeded: [], error: 'siem is down' },
  failures: [{ handler: 'siem', error: 'siem is down' }],
};
