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
  if (typeof value !== 'string') {
    return [{ sql: `${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(value)] }];
  }
  const condition = { sql: `${column} = ?`, values: [value] };
  // The additional condition lets SQLite use the index that leaves out processed deliveries.
  return name === 'state' && value !== 'processed' ? [notProcessed, condition] : [condition];
}

const notProcessed: Condition = { sql: "state <> 'processed'", values: [] };
