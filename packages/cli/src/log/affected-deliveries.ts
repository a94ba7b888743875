import type { DeliveryFilter, DeliveryRecord, PrunableState, Store } from '@spiderfoot-webhooks/sqlite';
import { pagesOf } from '../store/delivery-pages.ts';

/** Whether the store would put a delivery back into the queue: not one that is there, nor a row of the guide's logger. */
export function isReplayable({ id, state }: DeliveryRecord): boolean {
  return id !== undefined && state !== 'queued' && state !== 'running';
}

/** How many deliveries a replay would put back, by their state. */
export async function countReplayable(
  store: Pick<Store, 'list'>,
  filter: DeliveryFilter,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for await (const page of pagesOf(store, filter)) {
    for (const { state } of page.filter(isReplayable)) counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return counts;
}

/** What a pruning would delete. */
export interface Pruning {
  readonly before?: Date;
  readonly keep?: number;
  readonly states: readonly PrunableState[];
}

/** How many deliveries a pruning would delete. */
export async function countPrunable(
  store: Pick<Store, 'list' | 'counts'>,
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
