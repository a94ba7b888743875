import type { DeliveryRecord, DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { type Failure, failuresOf } from './failures.ts';

/** The most dead letters that are read. */
const mostRead = 10_000;
const pageSize = 1000;

/** Dead letters with the same failed handler and the same error. */
export interface DeadLetterGroup extends Failure {
  /** Newest first. */
  readonly deliveries: readonly DeliveryRecord[];
}

/** The dead letters of a store. */
export interface DeadLetters {
  /** The time at which the read began, in milliseconds since 1970. */
  readonly readAt: number;
  /** A delivery in which several handlers failed is in the group of each. The largest group is first. */
  readonly groups: readonly DeadLetterGroup[];
  /** The number of deliveries in all groups, each counted once. */
  readonly count: number;
  /** Whether the store has more dead letters than those that were read. */
  readonly hasMore: boolean;
}

/** Read the newest dead letters and group them. */
export async function readDeadLetters(store: DeliveryStore): Promise<DeadLetters> {
  const readAt = Date.now();
  const groups = new Map<string, DeadLetterGroup & { readonly deliveries: DeliveryRecord[] }>();
  let cursor: string | undefined;
  let count = 0;
  do {
    const page = await store.list({
      state: 'dead',
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    });
    for (const delivery of page.deliveries) {
      for (const failure of failuresOf(delivery)) {
        const group = groups.get(failure.id) ?? { ...failure, deliveries: [] };
        group.deliveries.push(delivery);
        groups.set(failure.id, group);
      }
    }
    count += page.deliveries.length;
    cursor = page.cursor;
  } while (cursor !== undefined && count < mostRead);
  const largestFirst = [...groups.values()].toSorted((a, b) => b.deliveries.length - a.deliveries.length);
  return { readAt, groups: largestFirst, count, hasMore: cursor !== undefined };
}
