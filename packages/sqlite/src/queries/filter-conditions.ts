import type { DeliveryFilter } from '@spiderfoot-webhooks/core/stores';
import { and, type Condition } from './condition.ts';
import { inSpan, spanOf } from './span.ts';

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

/** A filter without `text`, which the search index answers. */
type FieldFilter = Omit<DeliveryFilter, 'text'>;

/** Convert a checked filter to SQL. */
export function toCondition(filter: FieldFilter): Condition {
  return and(withoutTime(filter), inSpan(spanOf(filter)));
}

/** Convert a checked filter to SQL, without its conditions on the time. */
export function withoutTime(filter: FieldFilter): Condition {
  return and(...fields.flatMap((name) => conditionOf(name, filter[name])));
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
  if (name !== 'state' || first === 'processed') return [condition];
  return [condition, inOpenIndex, ...(isUnprocessed(first) ? [inUnprocessedIndex] : [])];
}

/** Return the different values of a filter. */
export function valuesOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : [...new Set(value)];
}

/** SQLite uses a partial index only if the statement contains the condition of the index. */
const inOpenIndex: Condition = { sql: "state <> 'processed'", values: [] };
const inUnprocessedIndex: Condition = {
  sql: "state IN ('failed', 'ignored', 'rejected', 'dead')",
  values: [],
};

/** Whether a state is that of a settled delivery that was not processed. */
export function isUnprocessed(state: string | undefined): boolean {
  return state !== undefined && ['failed', 'ignored', 'rejected', 'dead'].includes(state);
}
