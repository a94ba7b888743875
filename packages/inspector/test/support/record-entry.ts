import { type DeliveryStore, type LogEntry, MissingCapabilityError } from '@spiderfoot-webhooks/core/stores';
import type { Store } from '@spiderfoot-webhooks/sqlite';

let count = 0;

/** Record a delivery that was processed now, unless the test passes other fields. */
export async function recordEntry(store: Store, given: Partial<LogEntry> = {}): Promise<void> {
  count++;
  await store.record({
    id: count.toString(16).padStart(32, '0'),
    endpoint: 'default',
    receivedAt: new Date(),
    ip: '192.0.2.1',
    body: Buffer.from('{"event_type":"scan_completed","data":{}}'),
    eventType: 'scan_completed',
    dialect: 'guide',
    scanId: undefined,
    target: undefined,
    state: 'processed',
    attempt: 1,
    succeeded: [],
    ...given,
  });
}

/** A store that cannot count by time and knows no rejections, such as BullMQ. */
export function withoutCounts(store: Store): DeliveryStore {
  return Object.assign(Object.create(store), {
    capabilities: new Set(['list', 'get', 'counts', 'replay', 'health']),
    counts: () => Promise.reject(new MissingCapabilityError('counts', 'Use another store.')),
    rejections: () => Promise.reject(new MissingCapabilityError('rejections', 'Use another store.')),
  });
}
