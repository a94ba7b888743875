import type { DeliveryFilter, DeliveryStore, PrunableState } from '@spiderfoot-webhooks/core/stores';
import { pagesOf } from '../store/delivery-pages.ts';

/** Count the deliveries that would be replayed, by state. */
export async function countReplayable(
  store: Pick<DeliveryStore, 'list'>,
  filter: DeliveryFilter,
): Promise<ReadonlyMap<string, number>> {
  const { isReplayable } = await import('@spiderfoot-webhooks/core/stores');
  const counts = new Map<string, number>();
  for await (const page of pagesOf(store, filter)) {
    for (const { state } of page.filter((record) => isReplayable(record)))
      counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return counts;
}

/** Selects the deliveries to delete. */
export interface Pruning {
  readonly before?: Date;
  readonly keep?: number;
  readonly states: readonly PrunableState[];
}

/** Count the deliveries that would be deleted. */
export async function countPrunable(
  store: Pick<DeliveryStore, 'list' | 'counts'>,
  { before, keep, states }: Pruning,
): Promise<number> {
  const names: readonly string[] = states;
  if (keep === undefined) {
    const counts = await store.counts({ by: ['state'], ...(before && { until: before }) });
    return counts.reduce((sum, { state = '', count }) => sum + (names.includes(state) ? count : 0), 0);
  }
  let seen = 0;
  let count = 0;
  for await (const page of pagesOf(store, {})) {
    for (const { state, receivedAt } of page) {
      seen++;
      if (seen > keep && names.includes(state) && (before === undefined || receivedAt < before)) count++;
    }
  }
  return count;
}
