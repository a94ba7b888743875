import { cursorAfter, type DeliveryRecord, type DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { toDeliveryFilter } from '../filters/delivery-filter.ts';
import type { StoredTypes } from '../filters/event-types.ts';
import type { Filters } from '../filters/filters.ts';

/** The deliveries beside a delivery in the filtered list. */
export interface Neighbors {
  readonly newer: DeliveryRecord | undefined;
  readonly older: DeliveryRecord | undefined;
}

/** Read the neighbors of a delivery. */
export async function readNeighbors(
  store: DeliveryStore,
  storedTypes: StoredTypes,
  filters: Filters,
  delivery: DeliveryRecord,
): Promise<Neighbors> {
  const filter = await toDeliveryFilter(filters, storedTypes);
  if (filter === undefined) return { newer: undefined, older: undefined };
  const page = { ...filter, limit: 1, cursor: cursorAfter(delivery) };
  const [older, newer] = await Promise.all([store.list(page), store.list({ ...page, order: 'oldest' })]);
  return { newer: newer.deliveries[0], older: older.deliveries[0] };
}

/** The deliveries of the same scan and of the same target. */
export interface Related {
  readonly scan: readonly DeliveryRecord[];
  readonly target: readonly DeliveryRecord[];
}

const mostRelated = 6;

/** Read the newest deliveries of the same scan and target. */
export async function readRelated(store: DeliveryStore, delivery: DeliveryRecord): Promise<Related> {
  const { key, scanId, target } = delivery;
  const others = async (filter: { scanId: string } | { target: string }) => {
    const { deliveries } = await store.list({ ...filter, limit: mostRelated });
    return deliveries.filter((other) => other.key !== key);
  };
  const [scan, sameTarget] = await Promise.all([
    scanId === undefined || scanId.trim() === '' ? [] : others({ scanId }),
    target === undefined || target.trim() === '' ? [] : others({ target }),
  ]);
  return { scan, target: sameTarget };
}
