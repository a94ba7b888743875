import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { Connection } from '../database/writable-connection.ts';
import {
  columns,
  columnsWithBody,
  type DeliveryRecord,
  type DeliveryWithBody,
  type Row,
  type RowWithBody,
  toRecord,
  toRecordWithBody,
} from '../rows/delivery-records.ts';
import { toMatch } from '../search/match-expression.ts';
import { hasRest } from '../search/read-only-search-index.ts';
import { type DeliveryFilter, toCondition } from './filter-conditions.ts';
import { and, anything, type Place, type Read, type Sought, walk } from './index-scan.ts';

export interface ListOptions extends DeliveryFilter {
  /**
   * How many at the most, up to 1000.
   * @default 50
   */
  readonly limit?: number;
  /** Where the page before ended. */
  readonly cursor?: string;
}

export interface DeliveryPage {
  readonly deliveries: readonly DeliveryRecord[];
  /** For the next page; `undefined` where this was the last. */
  readonly cursor: string | undefined;
}

/**
 * Rows of deliveries behind a place, newest first. With a text the order is that of the search index, which is that of
 * arrival: to sort all matches of a common word would take long.
 */
export function rowsBehind(
  connection: Connection,
  read: Read,
  sought: Sought,
  from: Place | undefined,
  limit: number,
): Promise<readonly Place[]> {
  const { filter, also = anything } = sought;
  const { text, ...rest } = filter;
  if (text === undefined) return walk(connection, read, sought, from, limit);
  const after = from === undefined ? anything : { sql: 'webhook_search.rowid < ?', values: [from.id] };
  const { sql, values } = and(after, toCondition(rest), also);
  const match = toMatch(text);
  return read(() => {
    if (connection.readOnly && connection.statement(hasRest).get() !== undefined) {
      return connection
        .statement(
          `SELECT ${sought.columns} FROM (
             SELECT rowid AS found FROM webhook_search WHERE webhook_search MATCH ?
             UNION SELECT rowid FROM temp.webhook_search_rest WHERE webhook_search_rest MATCH ?
           ) CROSS JOIN webhook_logs ON webhook_logs.id = found
           WHERE found < ? AND ${and(toCondition(rest), also).sql} ORDER BY found DESC LIMIT ?`,
        )
        .all(
          match,
          match,
          from?.id ?? Number.MAX_SAFE_INTEGER,
          ...and(toCondition(rest), also).values,
          limit,
        ) as Place[];
    }
    return connection
      .statement(
        `SELECT ${sought.columns} FROM webhook_search CROSS JOIN webhook_logs ON webhook_logs.id = webhook_search.rowid
           WHERE webhook_search MATCH ? AND ${sql} ORDER BY webhook_search.rowid DESC LIMIT ?`,
      )
      .all(match, ...values, limit) as Place[];
  });
}

/** One page of deliveries, newest first. */
export async function page(
  connection: Connection,
  read: Read,
  filter: DeliveryFilter,
  from: Place | undefined,
  limit: number,
): Promise<readonly DeliveryRecord[]> {
  const rows = await rowsBehind(connection, read, { filter, columns }, from, limit);
  return (rows as Row[]).map(toRecord);
}

export async function pageWithBodies(
  connection: Connection,
  read: Read,
  filter: DeliveryFilter,
  from: Place | undefined,
  limit: number,
): Promise<readonly DeliveryWithBody[]> {
  const rows = await rowsBehind(connection, read, { filter, columns: columnsWithBody }, from, limit);
  return (rows as RowWithBody[]).map(toRecordWithBody);
}

/** Where the listing goes on after a record; opaque to the user, and stable: what arrives later moves nothing. */
export function cursorAfter({ receivedAt, number }: DeliveryRecord): string {
  return `${receivedAt.getTime()}.${number}`;
}

/** @throws ConfigurationError for what is none: a listing that began anew would never end */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, receivedAt, number] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(cursor) ?? [];
  if (receivedAt !== undefined) return { received_at: Number(receivedAt), id: Number(number) };
  throw new ConfigurationError('cursor', 'must be that of a page before.');
}
