import { Buffer } from 'node:buffer';
import type { RejectionCode } from '@spiderfoot-webhooks/core';
import type { Dialect, EventIssue } from '@spiderfoot-webhooks/core/events';
import {
  type DeliveryRecord,
  type DeliveryWithBody,
  type HandlerRecord,
  readHandlerRecords,
  readIssues,
  unknownEventType,
} from '@spiderfoot-webhooks/core/stores';
import type { Row } from '../connection/clients.ts';
import { fromColumn } from './text.ts';

/** Select a time as milliseconds since 1970, whatever the date style of the connection is. */
export function milliseconds(expression: string): string {
  return `round(extract(epoch FROM ${expression}) * 1000)::bigint`;
}

/** The columns of a delivery without its body. */
export const columns = `d.id, d.delivery_id, d.endpoint, ${milliseconds('d.received_at')} AS received, d.source_ip,
  d.event_type, d.dialect, d.scan_id, d.target, d.state, d.attempts, d.failures,
  ${milliseconds('coalesce(d.next_attempt, d.due_at)')} AS next_attempt, d.handlers, d.error_message, d.code, d.issues`;

export const columnsWithBody = `${columns}, encode(d.body, 'base64') AS body`;

/** Return a text. `undefined` for NULL. */
export function textOf(cell: string | null | undefined): string | undefined {
  return cell === null || cell === undefined ? undefined : fromColumn(cell);
}

export function timeOf(cell: string | null | undefined): Date | undefined {
  return cell === null || cell === undefined ? undefined : new Date(Number(cell));
}

export function bytesOf(cell: string | null | undefined): Buffer {
  return Buffer.from(cell ?? '', 'base64');
}

export function handlersOf(cell: string | null | undefined): readonly HandlerRecord[] {
  return readHandlerRecords(jsonOf(cell));
}

function issuesOf(cell: string | null | undefined): readonly EventIssue[] {
  return readIssues(jsonOf(cell));
}

/** Parse a cell of the type `json`. An operator may have changed its shape. */
export function jsonOf(cell: string | null | undefined): unknown {
  return JSON.parse(cell ?? '[]');
}

/** Convert a row with {@link columns}. */
export function toRecord(row: Row): DeliveryRecord {
  const state = (row.state ?? 'received') as DeliveryRecord['state'];
  return {
    key: String(row.id),
    id: textOf(row.delivery_id),
    endpoint: textOf(row.endpoint),
    receivedAt: timeOf(row.received) ?? new Date(0),
    ip: textOf(row.source_ip),
    eventType: textOf(row.event_type) ?? unknownEventType,
    dialect: textOf(row.dialect) as Dialect | undefined,
    scanId: textOf(row.scan_id),
    target: textOf(row.target),
    state,
    attempts: Number(row.attempts),
    failures: Number(row.failures),
    nextAttempt: state === 'queued' ? timeOf(row.next_attempt) : undefined,
    handlers: handlersOf(row.handlers),
    error: textOf(row.error_message),
    code: textOf(row.code) as RejectionCode | undefined,
    issues: issuesOf(row.issues),
  };
}

/** Convert a row with {@link columnsWithBody}. */
export function toRecordWithBody(row: Row): DeliveryWithBody {
  return { ...toRecord(row), body: bytesOf(row.body) };
}

/** Return the id that a key contains. `undefined` if it is not the key of a row. */
export function toRowId(key: string): string | undefined {
  return /^[1-9]\d{0,17}$/.test(key) ? key : undefined;
}
