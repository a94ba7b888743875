import type { DeliveryFilter, LogEntry } from '@spiderfoot-webhooks/core/stores';
import type { Store } from '../../src/index.ts';
import { createStored } from './webhooks.ts';

/** Create a log entry with the given properties. */
function createEntry(given: Partial<LogEntry> = {}): LogEntry {
  return { ...createStored(given), state: 'processed', attempt: 1, succeeded: ['handler'], ...given };
}

export const start = Date.parse('2024-01-01T00:00:00Z');

/** Return the time this many seconds after `start`. */
export const at = (seconds: number) => new Date(start + seconds * 1000);

/** Record an entry with each of the given properties, in their order. */
export async function record(
  store: Store,
  ...entries: readonly Partial<LogEntry>[]
): Promise<readonly LogEntry[]> {
  const all = entries.map(createEntry);
  await Promise.all(all.map((entry) => store.record(entry)));
  return all;
}

/** List the keys of the selected deliveries as numbers. */
export const listKeys = async (store: Store, filter: DeliveryFilter = {}) =>
  (await store.list(filter)).deliveries.map(({ key }) => Number(key));

/** Export the selected deliveries as one text. */
export async function exportText(
  store: Store,
  format: 'csv' | 'jsonl',
  filter?: DeliveryFilter,
): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of store.export(format, filter)) chunks.push(chunk);
  return chunks.join('');
}
