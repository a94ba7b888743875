import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { DeliveryFilter, ListOrder, ListPlace } from '@spiderfoot-webhooks/core/stores';
import type { Value } from '../connection/clients.ts';
import { toRowId } from '../rows/columns.ts';
import { toList } from '../rows/lists.ts';
import { toColumn, toEventTypeColumn, toTimestamp } from '../rows/text.ts';

/** Collects the parameters of a statement. */
export interface Parameters {
  readonly values: readonly Value[];
  /** Add a value. @returns its placeholder, with its type */
  add(value: Value, type: string): string;
}

export function createParameters(): Parameters {
  const values: Value[] = [];
  return {
    values,
    add(value, type) {
      values.push(value);
      return `$${values.length}::${type}`;
    },
  };
}

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

/** The columns whose index contains only the beginning of a value. */
const shortened: readonly string[] = ['scan_id', 'target'];

/**
 * Convert a checked filter to conditions for the table `d`.
 * @param filter without `text`, which the search index answers
 */
export function toConditions(filter: DeliveryFilter, parameters: Parameters): readonly string[] {
  const { since, until } = filter;
  return [
    ...fields.flatMap((name) => conditionsOf(columns[name], filter[name], parameters)),
    ...(since ? [`d.received_at >= ${parameters.add(toTimestamp(since), 'timestamptz')}`] : []),
    ...(until ? [`d.received_at < ${parameters.add(toTimestamp(until), 'timestamptz')}`] : []),
  ];
}

function conditionsOf(
  column: string,
  value: string | readonly string[] | undefined,
  parameters: Parameters,
): readonly string[] {
  if (value === undefined) return [];
  const isList = typeof value !== 'string';
  const written = column === columns.eventType ? toEventTypeColumn : toColumn;
  const given = isList ? toList(value.map(written)) : written(value);
  const wanted = parameters.add(given, isList ? 'text[]' : 'text');
  const condition = isList ? `d.${column} = ANY (${wanted})` : `d.${column} = ${wanted}`;
  if (!shortened.includes(column)) return [condition];
  const beginnings = isList
    ? `= ANY (SELECT left(value, 200) FROM unnest(${wanted}) AS value)`
    : `= left(${wanted}, 200)`;
  return [`left(d.${column}, 200) ${beginnings}`, condition];
}

/** The position of a delivery in the order of time. */
export interface Position {
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly id: string;
}

/** Return the clause for the order of a listing. */
export function orderBy(order: ListOrder, table = 'd'): string {
  const direction = order === 'newest' ? 'DESC' : 'ASC';
  return `ORDER BY ${table}.received_at ${direction}, ${table}.id ${direction}`;
}

/** Return the condition for the deliveries that follow a position in an order. */
export function after(
  position: Position | undefined,
  order: ListOrder,
  parameters: Parameters,
): readonly string[] {
  return compared(position, order === 'newest' ? '<' : '>', parameters);
}

/** Return the condition for the deliveries up to and including a position in an order. */
export function upTo(
  position: Position | undefined,
  order: ListOrder,
  parameters: Parameters,
): readonly string[] {
  return compared(position, order === 'newest' ? '>=' : '<=', parameters);
}

function compared(
  position: Position | undefined,
  operator: string,
  parameters: Parameters,
): readonly string[] {
  if (position === undefined) return [];
  const time = parameters.add(toTimestamp(new Date(position.receivedAt)), 'timestamptz');
  return [`(d.received_at, d.id) ${operator} (${time}, ${parameters.add(position.id, 'bigint')})`];
}

/** Join conditions. */
export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/**
 * Return the position of a place in a listing.
 * @throws ConfigurationError if its key is not a row id, or its time is not a time
 */
export function toPosition(place: ListPlace | undefined): Position | undefined {
  if (place === undefined) return undefined;
  const id = toRowId(place.key);
  if (id === undefined || Number.isNaN(new Date(place.receivedAt).getTime())) {
    throw new ConfigurationError('cursor', 'must be the cursor of a previous page.');
  }
  return { receivedAt: place.receivedAt, id };
}
