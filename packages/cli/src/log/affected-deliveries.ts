import type { DeliveryFilter, DeliveryStore, PrunableState } from '@spiderfoot-webhooks/core/stores';
import { pagesOf } from '../store/delivery-pages.ts';

/** The numbers of deliveries that would be replayed. */
interface ReplayableCounts {
  /** By state. */
  readonly counts: ReadonlyMap<string, number>;
  /** Whether `counts` are exact. Otherwise, they are maximums. */
  readonly areExact: boolean;
}

/**
 * Count the deliveries that would be replayed.
 * @param mustBeExact fail if the store cannot list the deliveries
 */
export async function countReplayable(
  store: Pick<DeliveryStore, 'list' | 'counts'>,
  filter: DeliveryFilter,
  mustBeExact: boolean,
): Promise<ReplayableCounts> {
  const { isReplayable, MissingCapabilityError } = await import('@spiderfoot-webhooks/core/stores');
  const counts = new Map<string, number>();
  try {
    for await (const page of pagesOf(store, filter)) {
      for (const { state } of page.filter((record) => isReplayable(record)))
        counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return { counts, areExact: true };
  } catch (error) {
    // Redis does not list queued deliveries. It counts them, with those that are due.
    if (mustBeExact || !(error instanceof MissingCapabilityError) || error.capability !== 'list') throw error;
    return { counts: await countByState(store, filter), areExact: false };
  }
}

async function countByState(
  store: Pick<DeliveryStore, 'counts'>,
  { state, endpoint }: DeliveryFilter,
): Promise<ReadonlyMap<string, number>> {
  const counted = await store.counts({ by: ['state'], state, endpoint });
  const replayable = counted.filter((group) => group.state !== 'running');
  return new Map(replayable.map((group) => [group.state ?? '', group.count]));
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
