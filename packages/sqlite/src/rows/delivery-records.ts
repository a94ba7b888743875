import type { RejectionCode } from '@spiderfoot-webhooks/core';
import type { Dialect, EventIssue } from '@spiderfoot-webhooks/core/events';
import type { DeliveryState, HandlerRecord, QueueState } from '@spiderfoot-webhooks/core/stores';
import type { Connection } from '../database/writable-connection.ts';
import { bytesOf, issuesOf, numberOf, textOf, timeOf } from './cells.ts';
import { readHandlers } from './handler-records.ts';

/**
 * A stored delivery. Rows of the guide's logger have no `id` and no `endpoint`. If another program has damaged a row,
 * fields that cannot be read are empty. An unknown `state` is returned unchanged.
 */
export interface DeliveryRecord {
  /** The row's number, in the order of arrival. */
  readonly number: number;
  /** The delivery's id: what handlers know as `context.id`. */
  readonly id: string | undefined;
  readonly endpoint: string | undefined;
  readonly receivedAt: Date;
  readonly ip: string | undefined;
  readonly eventType: string;
  readonly dialect: Dialect | undefined;
  readonly scanId: string | undefined;
  readonly target: string | undefined;
  readonly state: DeliveryState | QueueState;
  /** How often it has been tried. */
  readonly attempts: number;
  /** Behind a queue: how many of these tries failed, or lost their process. `maxAttempts` limits them. */
  readonly failures: number;
  /** When a queued delivery is due: in 1970 if it is due at once. When a running one counts as abandoned. */
  readonly nextAttempt: Date | undefined;
  /** How each handler has fared. */
  readonly handlers: readonly HandlerRecord[];
  /** What failed last. */
  readonly error: string | undefined;
  /** Why it was refused though it is genuine. */
  readonly code: RejectionCode | undefined;
  readonly issues: readonly EventIssue[];
}

/** A delivery with its body, byte for byte as received. */
export interface DeliveryWithBody extends DeliveryRecord {
  readonly body: Buffer;
}

/** The {@link columns} of a delivery. Another program may have written any type into any of them. */
export type Row = Readonly<Record<Column, unknown>> & { readonly id: number };

export interface RowWithBody extends Row {
  readonly body: unknown;
}

const columnNames = [
  'id',
  'delivery_id',
  'endpoint',
  'received_at',
  'source_ip',
  'event_type',
  'dialect',
  'scan_id',
  'target',
  'state',
  'attempts',
  'failures',
  'due_at',
  'handlers',
  'error_message',
  'code',
  'issues',
] as const;

type Column = (typeof columnNames)[number];

export const columns = columnNames.join(', ');

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
    id: textOf(row.delivery_id),
    endpoint: textOf(row.endpoint),
    receivedAt: timeOf(row.received_at) ?? new Date(0),
    ip: textOf(row.source_ip),
    eventType: textOf(row.event_type) ?? '',
    dialect: textOf(row.dialect) as Dialect | undefined,
    scanId: textOf(row.scan_id),
    target: textOf(row.target),
    state: (textOf(row.state) ?? '') as DeliveryRecord['state'],
    attempts: numberOf(row.attempts),
    failures: numberOf(row.failures),
    nextAttempt: timeOf(row.due_at),
    handlers: readHandlers(row.handlers),
    error: textOf(row.error_message),
    code: textOf(row.code) as RejectionCode | undefined,
    issues: issuesOf(row.issues),
  };
}

export function toRecordWithBody(row: RowWithBody): DeliveryWithBody {
  return { ...toRecord(row), body: bytesOf(row.body) };
}
