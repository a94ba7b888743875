import type { DeliveryFilter, ListOrder } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { and, type Condition } from './condition.ts';
import { toCondition, valuesOf } from './filter-conditions.ts';
import { after, orderBy, type Position } from './position.ts';

/** An index that contains the deliveries with one value of a filter, in the order of time. */
export interface TimeOrderedIndex {
  readonly index: string;
  /** The filter. `undefined` for the index that contains all deliveries. */
  readonly filter?: IndexedFilter;
}

/** A filter that has an index. */
export type IndexedFilter = 'scanId' | 'target' | 'state' | 'eventType' | 'endpoint';

/** The index of all deliveries. It also contains their states, types and endpoints. */
export const timeIndex: TimeOrderedIndex = { index: 'webhook_logs_time' };

const indexes = [
  { filter: 'scanId', index: 'webhook_logs_scan' },
  { filter: 'target', index: 'webhook_logs_target' },
  { filter: 'state', index: 'webhook_logs_open' },
  { filter: 'eventType', index: 'webhook_logs_type' },
  { filter: 'endpoint', index: 'webhook_logs_endpoint' },
] as const satisfies readonly TimeOrderedIndex[];

/**
 * Return the indexes that a filter can use, without {@link timeIndex}. For several values of a filter, no index is in the
 * order of time.
 */
export function indexesFor(filter: DeliveryFilter): readonly (typeof indexes)[number][] {
  return indexesOf(filter, (values) => values.length === 1);
}

/** Return the indexes that contain each of several values of a filter in the order of time. */
export function indexesForSeveral(filter: DeliveryFilter): readonly (typeof indexes)[number][] {
  return indexesOf(filter, (values) => values.length > 1);
}

function indexesOf(
  filter: DeliveryFilter,
  isWanted: (values: readonly string[]) => boolean,
): readonly (typeof indexes)[number][] {
  return indexes.filter(({ filter: name }) => {
    const value = filter[name];
    if (value === undefined) return false;
    const values = valuesOf(value);
    return isWanted(values) && !(name === 'state' && values.includes('processed'));
  });
}

/** Return the part of a filter that limits the entries of an index. */
export function rangeOf({ filter: name }: TimeOrderedIndex, filter: DeliveryFilter): Condition {
  const { since, until } = filter;
  const times = { ...(since && { since }), ...(until && { until }) };
  return toCondition(name === undefined ? times : { [name]: filter[name], ...times });
}

/**
 * Return the position that is a number of index entries after another one.
 * @returns `undefined` if the index has fewer entries
 */
export function positionAfter(
  db: Database,
  { index }: TimeOrderedIndex,
  range: Condition,
  from: Position | undefined,
  entries: number,
  order: ListOrder = 'newest',
): Position | undefined {
  const { sql, values } = and(range, after(from, order));
  return db
    .statement(
      `SELECT received_at, id FROM webhook_logs INDEXED BY ${index} WHERE ${sql} ${orderBy[order]} LIMIT 1 OFFSET ?`,
    )
    .get(...values, entries - 1) as Position | undefined;
}
