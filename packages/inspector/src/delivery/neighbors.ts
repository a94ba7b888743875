import { cursorAfter, type DeliveryRecord, type DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import type { Filters } from '../filters/filters.ts';
import { listFiltered } from '../filters/list-filtered.ts';
import type { Site } from '../site.ts';

/** The deliveries beside a delivery in the filtered list. */
export interface Neighbors {
  readonly newer: DeliveryRecord | undefined;
  readonly older: DeliveryRecord | undefined;
}

/** Milliseconds after which the search for a neighbor ends. */
const searchLimit = 250;

/** Read the neighbors of a delivery. A neighbor that is far away may be missing. */
export async function readNeighbors(
  site: Pick<Site, 'store' | 'storedTypes' | 'replays'>,
  filters: Filters,
  delivery: DeliveryRecord,
): Promise<Neighbors> {
  const page = { limit: 1, cursor: cursorAfter(delivery), timeLimit: searchLimit };
  const [older, newer] = await Promise.all([
    listFiltered(site, filters, page),
    listFiltered(site, filters, { ...page, order: 'oldest' }),
  ]);
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
