import type { DeliveryLog, LogEntry } from '../../delivery-log.ts';
import type { DeliveryQueue } from '../../delivery-queue.ts';
import type { DeliveryStore } from '../../delivery-store.ts';
import type { DeliveryFilter } from '../../records/delivery-filter.ts';
import type { ListOptions } from '../../records/delivery-page.ts';
import type { DeliveryRecord } from '../../records/delivery-record.ts';
import { check } from '../support/assertions.ts';
import { createEntry } from '../support/deliveries.ts';
import type { Fixture } from '../support/fixture.ts';

/** A store in which the cases record and read deliveries. If it is a queue, they also enqueue deliveries. */
export type ContractStore = DeliveryStore &
  Pick<DeliveryLog, 'record' | 'recordRejection'> &
  Partial<Pick<DeliveryQueue, 'enqueue' | 'start'>>;

/** Record new deliveries, one after another. */
export async function record(
  store: ContractStore,
  ...given: readonly Partial<LogEntry>[]
): Promise<readonly LogEntry[]> {
  const entries = given.map((part) => createEntry(part));
  for (const entry of entries) await store.record(entry);
  return entries;
}

/** Return the ids of the deliveries that a filter selects, newest first. */
export async function idsOf(store: ContractStore, filter: ListOptions = {}) {
  return (await store.list({ limit: 1000, ...filter })).deliveries.map(({ id }) => id);
}

/** Return the ids of the deliveries that are exported, in their order. */
export async function exportedIds(store: ContractStore, filter: DeliveryFilter): Promise<readonly unknown[]> {
  let text = '';
  for await (const part of store.export('jsonl', filter)) text += part;
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line).id);
}

/** @throws Error if the store does not have the delivery */
export async function recordOf(
  store: ContractStore,
  { id }: { readonly id: string },
): Promise<DeliveryRecord> {
  const found = await store.get(id);
  check(found !== undefined, `the store to have the delivery ${id}`);
  return found ?? Promise.reject(new Error('not reached'));
}

type Queue = Pick<DeliveryQueue, 'enqueue' | 'start'>;

/** @throws Error if the store has the capability "replay" and is not a queue */
export async function openQueue({ open }: Fixture<ContractStore>, options?: Parameters<typeof open>[0]) {
  const store = await open(options);
  const { enqueue, start } = store;
  if (enqueue === undefined || start === undefined) {
    throw new Error('Expected a store with the capability "replay" to have enqueue() and start()');
  }
  const queue: Queue = { enqueue: enqueue.bind(store), start: start.bind(store) };
  return { store, queue };
}

/** Return the ids of entries, newest first. */
export const newest = (entries: readonly LogEntry[]) => entries.map(({ id }) => id).toReversed();
