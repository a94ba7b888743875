import type { DeliveryState, Dialect, EventIssue, QueueState, RefusalCode } from '@spiderfoot-webhooks/core';
import type { Connection } from './connection.ts';
import { type HandlerRecord, readHandlers } from './handlers.ts';

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

/** What {@link columns} are of a delivery. */
export interface Row {
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
}

export interface RowWithBody extends Row {
  readonly body: Buffer;
}

export const columns = `id, delivery_id, endpoint, received_at, source_ip, event_type, dialect, scan_id, target, state, attempts,
  failures, next_attempt, handlers, error_message, code, issues`;

export const columnsWithBody = `${columns}, CAST(webhook_logs.payload AS BLOB) AS body`;

const one = `SELECT ${columnsWithBody} FROM webhook_logs`;

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
  return row === undefined ? undefined : toRecordWithBody(row as RowWithBody);
}

export function toRecord(row: Row): DeliveryRecord {
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

export function toRecordWithBody(row: RowWithBody): DeliveryWithBody {
  return { ...toRecord(row), body: row.body };
}
