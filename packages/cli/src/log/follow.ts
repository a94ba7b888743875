import { setTimeout } from 'node:timers/promises';
import type { DeliveryFilter, DeliveryRecord, DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { pagesOf } from '../store/delivery-pages.ts';

/** Milliseconds between two reads. */
const interval = 500;

/** The number of deliveries that are remembered at the start, so that one that arrives late is recognized as new. */
const firstPage = 1000;

/** The number of deliveries on a page. */
const pageSize = 50;

/** The number of keys that are remembered. */
const mostKeys = 10_000;

/** The deliveries that were already listed. */
export interface KnownDeliveries {
  add(records: readonly DeliveryRecord[]): void;
  has(record: DeliveryRecord): boolean;
}

/** Remember keys, because they have no order. Deliveries that are older than all remembered ones count as known too. */
function knownDeliveries(before: number): KnownDeliveries {
  const times = new Map<string, number>();
  let horizon = before;
  return {
    add(records) {
      for (const { key, receivedAt } of records) times.set(key, receivedAt.getTime());
      for (const [key, time] of times) {
        if (times.size <= mostKeys) return;
        times.delete(key);
        horizon = Math.max(horizon, time);
      }
    },
    has: ({ key, receivedAt }) => times.has(key) || receivedAt.getTime() <= horizon,
  };
}

/** Return the newest deliveries, oldest first, and what {@link follow} needs to recognize new ones. */
export async function latest(
  store: Pick<DeliveryStore, 'list'>,
  filter: DeliveryFilter,
  count: number,
): Promise<{ readonly records: readonly DeliveryRecord[]; readonly known: KnownDeliveries }> {
  const { deliveries, cursor } = await store.list({ ...filter, limit: Math.max(firstPage, count) });
  const oldest = cursor === undefined ? undefined : deliveries.at(-1)?.receivedAt.getTime();
  const known = knownDeliveries(oldest ?? Number.NEGATIVE_INFINITY);
  known.add(deliveries.toReversed());
  return { records: deliveries.slice(0, count).toReversed(), known };
}

/**
 * Yield deliveries as they arrive, oldest first. The store is not used between two reads, so that a receiver can write.
 * @param known the deliveries that are not yielded
 */
export async function* follow(
  store: Pick<DeliveryStore, 'list'>,
  filter: DeliveryFilter,
  known: KnownDeliveries,
  signal: AbortSignal,
): AsyncGenerator<DeliveryRecord, void, undefined> {
  while (!signal.aborted) {
    const arrived = (await listNew(store, filter, known)).toReversed();
    known.add(arrived);
    yield* arrived;
    await pause(signal);
  }
}

/** List new deliveries, newest first. The pages after one with a known delivery are older. */
async function listNew(
  store: Pick<DeliveryStore, 'list'>,
  filter: DeliveryFilter,
  known: KnownDeliveries,
): Promise<readonly DeliveryRecord[]> {
  const found: DeliveryRecord[] = [];
  for await (const page of pagesOf(store, filter, pageSize)) {
    const added = page.filter((record) => !known.has(record));
    found.push(...added);
    if (added.length < page.length) break;
  }
  return found;
}

async function pause(signal: AbortSignal): Promise<void> {
  await setTimeout(interval, undefined, { signal }).catch(() => {});
}
