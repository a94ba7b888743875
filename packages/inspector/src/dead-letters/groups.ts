import { createHash } from 'node:crypto';
import type { DeliveryRecord, DeliveryStore } from '@spiderfoot-webhooks/core/stores';

/** The most dead letters that are read. */
const mostRead = 10_000;
const pageSize = 1000;

/** Dead letters with the same failed handler and the same error. */
export interface DeadLetterGroup {
  readonly id: string;
  /** `undefined` if the process ended during the attempts. */
  readonly handler: string | undefined;
  /** The error with its digits replaced by #. */
  readonly error: string;
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
      for (const { handler, error } of failuresOf(delivery)) {
        const id = idOf(handler, error);
        const group = groups.get(id) ?? { id, handler, error, deliveries: [] };
        group.deliveries.push(delivery);
        groups.set(id, group);
      }
    }
    count += page.deliveries.length;
    cursor = page.cursor;
  } while (cursor !== undefined && count < mostRead);
  const largestFirst = [...groups.values()].toSorted((a, b) => b.deliveries.length - a.deliveries.length);
  return { readAt, groups: largestFirst, count, hasMore: cursor !== undefined };
}

/** The handlers that have not succeeded, and their errors. */
function failuresOf({
  handlers,
  error,
}: DeliveryRecord): readonly Pick<DeadLetterGroup, 'handler' | 'error'>[] {
  const failed = handlers.filter(({ succeeded }) => !succeeded);
  const unknown = 'Unknown error';
  if (failed.length === 0) return [{ handler: undefined, error: withoutDigits(error ?? unknown) }];
  return failed.map((handler) => ({
    handler: handler.name,
    error: withoutDigits(handler.error ?? error ?? unknown),
  }));
}

function idOf(handler: string | undefined, error: string): string {
  return createHash('sha256')
    .update(JSON.stringify([handler, error]))
    .digest('hex')
    .slice(0, 16);
}

/** Errors often differ only in a port, a status, a duration or an id. */
function withoutDigits(error: string): string {
  return error.replace(/\d+/g, '#');
}
