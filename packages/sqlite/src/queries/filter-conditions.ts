import type { DeliveryFilter } from '@spiderfoot-webhooks/core/stores';
import { and, type Condition } from './condition.ts';

const columns = {
  eventType: 'event_type',
  state: 'state',
  endpoint: 'endpoint',
  scanId: 'scan_id',
  target: 'target',
} as const satisfies { readonly [Name in keyof DeliveryFilter]: string };

const fields = [
  'eventType',
  'state',
  'endpoint',
  'scanId',
  'target',
] as const satisfies (keyof typeof columns)[];

/**
 * Convert a checked filter to SQL.
 * @param filter without `text`, which the search index answers
 */
export function toCondition(filter: Omit<DeliveryFilter, 'text'>): Condition {
  const { since, until } = filter;
  return and(
    ...fields.flatMap((name) => conditionOf(name, filter[name])),
    ...(since === undefined ? [] : [{ sql: 'received_at >= ?', values: [since.getTime()] }]),
    ...(until === undefined ? [] : [{ sql: 'received_at < ?', values: [until.getTime()] }]),
  );
}

function conditionOf(
  name: keyof typeof columns,
  value: string | readonly string[] | undefined,
): readonly Condition[] {
  if (value === undefined) return [];
  const column = columns[name];
  const [first, ...more] = valuesOf(value);
  if (first === undefined || more.length > 0) {
    return [{ sql: `${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(value)] }];
  }
  const condition = { sql: `${column} = ?`, values: [first] };
  // The additional condition lets SQLite use the index that leaves out processed deliveries.
  return name === 'state' && first !== 'processed' ? [notProcessed, condition] : [condition];
}

/** Return the different values of a filter. */
export function valuesOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : [...new Set(value)];
}

const notProcessed: Condition = { sql: "state <> 'processed'", values: [] };
