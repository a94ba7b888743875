import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { ListOrder, ListPlace } from '@spiderfoot-webhooks/core/stores';
import { toRowNumber } from '../rows/row-number.ts';

/** The position of a row in the order of time. */
export interface Position {
  readonly received_at: number;
  readonly id: number;
}

/** The clause for the order of a listing. */
export const orderBy = {
  newest: 'ORDER BY received_at DESC, id DESC',
  oldest: 'ORDER BY received_at, id',
} as const satisfies Readonly<Record<ListOrder, string>>;

/** Compares rows in the order of a listing. */
export const comparePositions = {
  newest: (a, b) => b.received_at - a.received_at || b.id - a.id,
  oldest: (a, b) => a.received_at - b.received_at || a.id - b.id,
} as const satisfies Readonly<Record<ListOrder, (a: Position, b: Position) => number>>;

/**
 * Return the position of a place in a listing.
 * @throws ConfigurationError if its key is not a row number
 */
export function toPosition(place: ListPlace | undefined): Position | undefined {
  if (place === undefined) return undefined;
  const id = toRowNumber(place.key);
  if (id === undefined) throw new ConfigurationError('cursor', 'must be the cursor of a previous page.');
  return { received_at: place.receivedAt, id };
}

/** Return the place of a row in a listing. */
export function toPlace({ received_at, id }: Position): ListPlace {
  return { receivedAt: received_at, key: String(id) };
}
