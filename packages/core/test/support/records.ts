import type { DeliveryStore, DeliveryWithBody, QueuedWork } from '../../src/stores/index.ts';

/** Create the record of a processed delivery, with the given fields replaced. */
export function createRecord(fields: Partial<DeliveryWithBody> = {}): DeliveryWithBody {
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
    ...fields,
  };
}

/** Create a delivery that a store passes to the receiver: its first attempt, with an event that has no timestamp. */
export function createQueuedWork(fields: Partial<QueuedWork> = {}): QueuedWork {
  return {
    ...{ id: 'a'.repeat(32), endpoint: 'default', receivedAt: new Date(), ip: undefined },
    ...{ eventType: 'scan_started', dialect: 'guide', scanId: undefined, target: undefined },
    ...{ attempt: 1, succeeded: ['x'], body: Buffer.from('{"event_type":"scan_started"}') },
    ...fields,
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
