import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { ListPlace } from '@spiderfoot-webhooks/core/stores';
import { toRowNumber } from '../rows/row-number.ts';
import { anything, type Condition } from './condition.ts';

/** The position of a row in the order of time. */
export interface Position {
  readonly received_at: number;
  readonly id: number;
}

export const newestFirst = 'ORDER BY received_at DESC, id DESC';

/** Return the condition for the rows after a position, newest first. Without a position, it selects all rows. */
export function after(position: Position | undefined): Condition {
  if (position === undefined) return anything;
  return { sql: '(received_at, id) < (?, ?)', values: [position.received_at, position.id] };
}

/** Return the condition for the rows down to and including a position. Without a position, it selects all rows. */
export function downTo(position: Position | undefined): Condition {
  if (position === undefined) return anything;
  return { sql: '(received_at, id) >= (?, ?)', values: [position.received_at, position.id] };
}

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
