import { randomBytes } from 'node:crypto';
import type { DeliveryLog, DeliveryQueue, LogEntry, StoredDelivery } from '@spiderfoot-webhooks/core/stores';

/** A store that is filled. */
export type FilledStore = Pick<DeliveryLog, 'record'> & DeliveryQueue;

const types = ['scan_progress', 'scan_completed', 'medium_risk_event', 'high_risk_event', 'scan_failed'];
/** One delivery in this number has the type `malware_detected`. */
const rareEvery = 50_000;
/** The number of rows that are written at the same time. */
const batch = 500;
/** The time between two deliveries, in milliseconds: a million rows are 23 days. */
const interval = 2000;

/**
 * Fill a store with deliveries of many scans and targets, of which one in a hundred is a dead letter. The newest is a
 * minute old.
 * @param store a store with `maxAttempts: 1`
 * @param report called with the number of rows that are stored
 */
export async function storeRows(
  store: FilledStore,
  count: number,
  report: (stored: number) => void,
): Promise<void> {
  const start = Date.now() - 60_000 - count * interval;
  const failing = Array.from({ length: Math.floor(count / 100) }, (_, index) => delivery(index * 100, start));
  await storeDeadLetters(store, failing);
  for (let stored = 0; stored < count; stored += batch) {
    report(stored);
    const indexes = Array.from({ length: Math.min(batch, count - stored) }, (_, index) => stored + index);
    const logged = indexes.filter((index) => index % 100 !== 0);
    await Promise.all(logged.map((index) => store.record(entry(index, start))));
  }
}

async function storeDeadLetters(store: FilledStore, failing: readonly StoredDelivery[]): Promise<void> {
  for (let stored = 0; stored < failing.length; stored += batch) {
    await Promise.all(failing.slice(stored, stored + batch).map((work) => store.enqueue(work)));
  }
  let failed = 0;
  await new Promise<void>((resolve) => {
    const workers = store.start('default', async (work) => {
      failed++;
      if (failed === failing.length) void workers.close().then(resolve);
      const error = `HTTP 503 from attempt ${failed}`;
      return { status: 'failed', error, ...handled('siem', work.receivedAt, error) };
    });
  });
}

function entry(index: number, start: number): LogEntry {
  const isFailed = index % 7 === 0;
  const stored = delivery(index, start);
  const error = 'HTTP 503';
  return {
    ...{ ...stored, attempt: 1, state: isFailed ? 'failed' : 'processed', ...(isFailed && { error }) },
    ...handled('siem', stored.receivedAt, isFailed ? error : undefined),
  };
}

function handled(handler: string, at: Date, error: string | undefined) {
  return {
    succeeded: error === undefined ? [handler] : [],
    failures: error === undefined ? [] : [{ handler, error }],
    runs: [{ handler, startedAt: at, duration: at.getTime() % 400 }],
  };
}

function delivery(index: number, start: number): StoredDelivery {
  const receivedAt = new Date(start + index * interval);
  const eventType = index % rareEvery === 1 ? 'malware_detected' : (types[index % types.length] ?? '');
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
  return {
    ...{ id: randomBytes(16).toString('hex'), endpoint: 'default', receivedAt, ip: '127.0.0.1' },
    ...{ eventType, dialect: 'guide', scanId, target, body },
  };
}
