import type { DeliveryStore, DeliveryWithBody } from '../../src/stores/index.ts';

/** A processed delivery, with the fields that a test gives. */
export function createRecord(given: Partial<DeliveryWithBody> = {}): DeliveryWithBody {
  return {
    key: '1',
    id: '0123456789abcdef0123456789abcdef',
    endpoint: 'default',
    receivedAt: new Date('2024-01-01T00:00:00Z'),
    ip: '192.0.2.1',
    eventType: 'scan_completed',
    dialect: 'guide',
    scanId: 'scan-1',
    target: 'example.com',
    state: 'processed',
    attempts: 1,
    failures: 0,
    nextAttempt: undefined,
    handlers: [],
    error: undefined,
    code: undefined,
    issues: [],
    body: new Uint8Array(),
    ...given,
  };
}

/** Return all deliveries of a store with their bodies, oldest first. */
export async function recordsOf(
  store: Pick<DeliveryStore, 'list' | 'get'>,
): Promise<readonly DeliveryWithBody[]> {
  const { deliveries } = await store.list({ limit: 1000 });
  const records = await Promise.all(deliveries.map(({ key }) => store.get(key)));
  return records.filter((record) => record !== undefined).toReversed();
}
