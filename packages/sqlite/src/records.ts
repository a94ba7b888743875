import {
  ConfigurationError,
  type DeliveryState,
  type Dialect,
  type EventIssue,
  type QueueState,
  type RefusalCode,
} from '@spiderfoot-webhooks/core';
import type { Connection } from './connection.ts';
import { type DeliveryFilter, toCondition } from './filters.ts';
import { type HandlerRecord, readHandlers } from './handlers.ts';
import { toMatch } from './search.ts';

/** A delivery as the store holds it. What the guide's logger has written has no `id` and no `endpoint`. */
export interface DeliveryRecord {
  /** The row's number, in the order of arrival. */
  readonly number: number;
  /** The delivery's id: what handlers know as `context.id`. */
  readonly id: string | undefined;
  readonly endpoint: string | undefined;
  readonly receivedAt: Date;
  readonly ip: string | undefined;
  readonly type: string;
  readonly dialect: Dialect | undefined;
  readonly scanId: string | undefined;
  readonly target: string | undefined;
  readonly state: DeliveryState | QueueState;
  /** How often it has been tried. */
  readonly attempts: number;
  /** Behind a queue: how many of these tries failed, or lost their process. `maxAttempts` limits them. */
  readonly failures: number;
  /** Of a queued delivery: when it is due. Of a running one: when it counts as abandoned. */
  readonly nextAttempt: Date | undefined;
  /** How each handler has fared. */
  readonly handlers: readonly HandlerRecord[];
  /** What failed last. */
  readonly error: string | undefined;
  /** Why it was refused though it is genuine. */
  readonly code: RefusalCode | undefined;
  readonly issues: readonly EventIssue[];
}

/** A delivery with its body, byte for byte as received. */
export interface DeliveryWithBody extends DeliveryRecord {
  readonly body: Buffer;
}

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

interface Row {
  readonly id: number;
  readonly delivery_id: string | null;
  readonly endpoint: string | null;
  readonly received_at: number;
  readonly source_ip: string | null;
  readonly event_type: string;
  readonly dialect: Dialect | null;
  readonly scan_id: string | null;
  readonly target: string | null;
  readonly state: DeliveryState | QueueState;
  readonly attempts: number;
  readonly failures: number;
  readonly next_attempt: number | null;
  readonly handlers: string | null;
  readonly error_message: string | null;
  readonly code: RefusalCode | null;
  readonly issues: string | null;
  readonly body: Buffer;
}

const columns = `id, delivery_id, endpoint, received_at, source_ip, event_type, dialect, scan_id, target, state, attempts,
  failures, next_attempt, handlers, error_message, code, issues`;

const body = 'CAST(webhook_logs.payload AS BLOB) AS body';

/** Where a listing has come to. */
interface Place {
  readonly receivedAt: number;
  readonly number: number;
}

/**
 * The SQL of a listing, newest first; also what shows that it goes by an index. With a text the order is that of the
 * search index, which is that of arrival: to sort all matches of a common word would take long.
 */
function listSql({ text, ...filter }: DeliveryFilter, from: Place | undefined, withBody: boolean) {
  const { sql, values } = toCondition(filter);
  const what = withBody ? `${columns}, ${body}` : columns;
  if (text !== undefined) {
    const after = from === undefined ? [] : [from.number];
    return {
      sql: `SELECT ${what} FROM webhook_search CROSS JOIN webhook_logs ON webhook_logs.id = webhook_search.rowid
        WHERE webhook_search MATCH ? ${after.map(() => 'AND webhook_search.rowid < ?').join('')} AND ${sql}
        ORDER BY webhook_search.rowid DESC LIMIT ?`,
      values: [toMatch(text), ...after, ...values],
    };
  }
  const after = from === undefined ? [] : [from.receivedAt, from.number];
  return {
    sql: `SELECT ${what} FROM webhook_logs WHERE ${sql} ${from === undefined ? '' : 'AND (received_at, id) < (?, ?)'}
      ORDER BY received_at DESC, id DESC LIMIT ?`,
    values: [...values, ...after],
  };
}

/** One page of deliveries, newest first. */
export function page(connection: Connection, filter: DeliveryFilter, from: Place | undefined, limit: number) {
  const { sql, values } = listSql(filter, from, false);
  return (connection.statement(sql).all(...values, limit) as Row[]).map(toRecord);
}

export function pageWithBodies(
  connection: Connection,
  filter: DeliveryFilter,
  from: Place | undefined,
  limit: number,
) {
  const { sql, values } = listSql(filter, from, true);
  return (connection.statement(sql).all(...values, limit) as Row[]).map(toRecordWithBody);
}

const one = `SELECT ${columns}, ${body} FROM webhook_logs`;

/** @param key a delivery's id, or a row's number */
export function find(
  connection: Connection,
  key: string | number,
  endpoint?: string,
): DeliveryWithBody | undefined {
  const [condition, values] =
    typeof key === 'number'
      ? ['id = ?', [key]]
      : endpoint === undefined
        ? ['delivery_id = ? ORDER BY id DESC LIMIT 1', [key]]
        : ['delivery_id = ? AND endpoint = ?', [key, endpoint]];
  const row = connection.statement(`${one} WHERE ${condition}`).get(...values);
  return row === undefined ? undefined : toRecordWithBody(row as Row);
}

function toRecord(row: Row): DeliveryRecord {
  return {
    number: row.id,
    id: row.delivery_id ?? undefined,
    endpoint: row.endpoint ?? undefined,
    receivedAt: new Date(row.received_at),
    ip: row.source_ip ?? undefined,
    type: row.event_type,
    dialect: row.dialect ?? undefined,
    scanId: row.scan_id ?? undefined,
    target: row.target ?? undefined,
    state: row.state,
    attempts: row.attempts,
    failures: row.failures,
    nextAttempt: row.next_attempt === null ? undefined : new Date(row.next_attempt),
    handlers: readHandlers(row.handlers),
    error: row.error_message ?? undefined,
    code: row.code ?? undefined,
    issues: row.issues === null ? [] : JSON.parse(row.issues),
  };
}

function toRecordWithBody(row: Row): DeliveryWithBody {
  return { ...toRecord(row), body: row.body };
}

/** Where the listing goes on after a record; opaque to the user, and stable: what arrives later moves nothing. */
export function cursorAfter({ receivedAt, number }: DeliveryRecord): string {
  return `${receivedAt.getTime()}.${number}`;
}

/** @throws ConfigurationError for what is none: a listing that began anew would never end */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, receivedAt, number] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(cursor) ?? [];
  if (receivedAt !== undefined) return { receivedAt: Number(receivedAt), number: Number(number) };
  throw new ConfigurationError('cursor', 'must be that of a page before.');
}
