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

/** Read the dead letters and group them. The largest group is first. */
export async function readGroups(store: DeliveryStore): Promise<readonly DeadLetterGroup[]> {
  const groups = new Map<
    string,
    { handler: string | undefined; error: string; deliveries: DeliveryRecord[] }
  >();
  let cursor: string | undefined;
  let read = 0;
  do {
    const page = await store.list({
      state: 'dead',
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    });
    for (const delivery of page.deliveries) {
      const failed = delivery.handlers.find(({ succeeded }) => !succeeded);
      const handler = failed?.name;
      const error = withoutDigits(failed?.error ?? delivery.error ?? 'Unknown error');
      const id = createHash('sha256')
        .update(JSON.stringify([handler, error]))
        .digest('hex')
        .slice(0, 16);
      const group = groups.get(id) ?? { handler, error, deliveries: [] };
      group.deliveries.push(delivery);
      groups.set(id, group);
    }
    read += page.deliveries.length;
    cursor = page.cursor;
  } while (cursor !== undefined && read < mostRead);
  return [...groups]
    .map(([id, group]) => ({ id, ...group }))
    .toSorted((a, b) => b.deliveries.length - a.deliveries.length);
}

/** Errors often differ only in a port, a status, a duration or an id. */
function withoutDigits(error: string): string {
  return error.replace(/\d+/g, '#');
}
