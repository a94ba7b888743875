import type { DeliveryFilter, ListOrder } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { and, type Condition } from './condition.ts';
import { isUnprocessed, toCondition, valuesOf } from './filter-conditions.ts';
import { orderBy, type Position } from './position.ts';
import { inSpan, type Span } from './span.ts';

/** An index that contains the deliveries with one value of each of some filters, in the order of time. */
export interface TimeOrderedIndex {
  readonly index: string;
  /** The filters. None for the index that contains all deliveries. */
  readonly filters: readonly IndexedFilter[];
}

/** A filter that has an index. */
export type IndexedFilter = 'scanId' | 'target' | 'state' | 'eventType' | 'endpoint';

/** The index of all deliveries. It also contains their states, types and endpoints. */
export const timeIndex: TimeOrderedIndex = { index: 'webhook_logs_time', filters: [] };

const indexes: readonly TimeOrderedIndex[] = [
  { index: 'webhook_logs_scan', filters: ['scanId'] },
  { index: 'webhook_logs_target', filters: ['target'] },
  { index: 'webhook_logs_unprocessed', filters: ['state', 'eventType'] },
  { index: 'webhook_logs_open', filters: ['state'] },
  { index: 'webhook_logs_type', filters: ['eventType'] },
  { index: 'webhook_logs_endpoint', filters: ['endpoint'] },
];

/**
 * Return the indexes that a filter can use, without {@link timeIndex}. For several values of a filter, no index is in the
 * order of time.
 */
export function indexesFor(filter: DeliveryFilter): readonly TimeOrderedIndex[] {
  return indexes.filter(({ index, filters }) => {
    const values = filters.map((name) => valuesOf(filter[name] ?? []));
    if (values.some(({ length }) => length !== 1)) return false;
    const [state] = filters.includes('state') ? valuesOf(filter.state ?? []) : [];
    return state !== 'processed' && (index !== 'webhook_logs_unprocessed' || isUnprocessed(state));
  });
}

/** Return the part of a filter that limits the entries of an index, without its conditions on the time. */
export function entriesOf({ filters }: TimeOrderedIndex, filter: DeliveryFilter): Condition {
  return toCondition(Object.fromEntries(filters.map((name) => [name, filter[name]])));
}

/**
 * Return the position that is a number of index entries after another one.
 * @returns `undefined` if the index has fewer entries
 */
export function positionAfter(
  db: Database,
  { index }: TimeOrderedIndex,
  entries: Condition,
  span: Span,
  number: number,
  order: ListOrder = 'newest',
): Position | undefined {
  const { sql, values } = and(entries, inSpan(span));
  return db
    .statement(
      `SELECT received_at, id FROM webhook_logs INDEXED BY ${index} WHERE ${sql} ${orderBy[order]} LIMIT 1 OFFSET ?`,
    )
    .get(...values, number - 1) as Position | undefined;
}
