import { randomBytes } from 'node:crypto';
import type { DeliveryLog, LogEntry } from '@spiderfoot-webhooks/core/stores';

const types = ['scan_progress', 'scan_completed', 'medium_risk_event', 'high_risk_event', 'scan_failed'];
/** The number of rows that are written at the same time. */
const batch = 500;
/** The time between two deliveries, in milliseconds: a million rows are 23 days. */
const interval = 2000;

/**
 * Fill a store with deliveries of many scans and targets. The newest is a minute old.
 * @param report called with the number of rows that are stored
 */
export async function storeRows(
  store: Pick<DeliveryLog, 'record'>,
  count: number,
  report: (stored: number) => void,
): Promise<void> {
  const start = Date.now() - 60_000 - count * interval;
  for (let stored = 0; stored < count; stored += batch) {
    report(stored);
    const size = Math.min(batch, count - stored);
    const entries = Array.from({ length: size }, (_, index) => entry(stored + index, start));
    await Promise.all(entries.map((row) => store.record(row)));
  }
}

function entry(index: number, start: number): LogEntry {
  const receivedAt = new Date(start + index * interval);
  const eventType = types[index % types.length] ?? '';
  // A scan has a few hundred events.
  const scanId = `scan_${Math.floor(index / 200)}`;
  const target = `host-${index % 1000}.example.com`;
  const body = Buffer.from(
    JSON.stringify({
      ...{ event_type: eventType, timestamp: receivedAt.toISOString(), source: 'spiderfoot' },
      data: { scan_id: scanId, target, note: index % 1000 === 0 ? 'perimeter' : 'interior' },
      metadata: { padding: 'x'.repeat(200) },
    }),
  );
  const error = 'HTTP 503';
  const failed = index % 7 === 0;
  return {
    ...{ id: randomBytes(16).toString('hex'), endpoint: 'default', receivedAt, ip: '127.0.0.1', eventType },
    ...{ dialect: 'guide', scanId, target, body, attempt: 1, succeeded: failed ? [] : ['siem'] },
    state: failed ? 'failed' : 'processed',
    ...(failed && { error, failures: [{ handler: 'siem', error }] }),
  };
}
