import type { LogEntry } from '../../delivery-log.ts';
import type { StoredDelivery } from '../../stored-delivery.ts';

let count = 0;

const start = Date.parse('2024-01-01T00:00:00Z');

/** Return a time, as a number of seconds after a fixed start. */
export function at(seconds: number): Date {
  return new Date(start + seconds * 1000);
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Create a unique delivery. Its `receivedAt` is later than that of the previous call. */
export function createDelivery(given: Partial<StoredDelivery> = {}): StoredDelivery {
  count++;
  return {
    id: count.toString(16).padStart(32, '0'),
    endpoint: 'default',
    receivedAt: at(count),
    ip: '192.0.2.1',
    body: bytes(`{"event_type":"scan_completed","timestamp":"2024-01-01T00:00:00Z","data":{"n":${count}}}`),
    eventType: 'scan_completed',
    dialect: 'guide',
    scanId: undefined,
    target: undefined,
    ...given,
  };
}

/** Create the log entry of a new delivery. It is `processed` by the handler `siem` unless the case passes another state. */
export function createEntry(given: Partial<LogEntry> = {}): LogEntry {
  const state = given.state ?? 'processed';
  const ran = state === 'processed' || state === 'failed';
  return {
    ...createDelivery(given),
    attempt: ran ? 1 : 0,
    succeeded: state === 'processed' ? ['siem'] : [],
    ...(state === 'failed' && {
      error: 'siem is down',
      failures: [{ handler: 'siem', error: 'siem is down' }],
    }),
    ...(state === 'rejected' && { code: 'invalid_event' as const }),
    ...given,
    state,
  };
}
