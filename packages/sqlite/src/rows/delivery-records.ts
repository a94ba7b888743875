import type { RejectionCode } from '@spiderfoot-webhooks/core';
import type { Dialect } from '@spiderfoot-webhooks/core/events';
import {
  type DeliveryRecord,
  type DeliveryWithBody,
  unknownEventType,
} from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { bytesOf, handlersOf, issuesOf, numberOf, textOf, timeOf } from './cells.ts';
import { toRowNumber } from './row-number.ts';

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

const select = `SELECT ${columnsWithBody} FROM webhook_logs`;

/** Find a delivery. @param which its key, or its id */
export function findDelivery(db: Database, which: string, endpoint?: string): DeliveryWithBody | undefined {
  const number = toRowNumber(which);
  const row =
    (number === undefined ? undefined : db.statement(`${select} WHERE id = ?`).get(number)) ??
    findById(db, which, endpoint);
  return row === undefined ? undefined : toRecordWithBody(row as RowWithBody);
}

function findById(db: Database, id: string, endpoint: string | undefined): unknown {
  if (endpoint === undefined) {
    return db.statement(`${select} WHERE delivery_id = ? ORDER BY id DESC LIMIT 1`).get(id);
  }
  return db.statement(`${select} WHERE delivery_id = ? AND endpoint = ?`).get(id, endpoint);
}

export function toRecord(row: Row): DeliveryRecord {
  const state = (textOf(row.state) ?? '') as DeliveryRecord['state'];
  return {
    key: String(row.id),
    id: textOf(row.delivery_id),
    endpoint: textOf(row.endpoint),
    receivedAt: timeOf(row.received_at) ?? new Date(0),
    ip: textOf(row.source_ip),
    eventType: textOf(row.event_type) ?? unknownEventType,
    dialect: textOf(row.dialect) as Dialect | undefined,
    scanId: textOf(row.scan_id),
    target: textOf(row.target),
    state,
    attempts: numberOf(row.attempts),
    failures: numberOf(row.failures),
    nextAttempt: state === 'queued' ? timeOf(row.due_at) : undefined,
    handlers: handlersOf(row.handlers),
    error: textOf(row.error_message),
    code: textOf(row.code) as RejectionCode | undefined,
    issues: issuesOf(row.issues),
  };
}

export function toRecordWithBody(row: RowWithBody): DeliveryWithBody {
  return { ...toRecord(row), body: bytesOf(row.body) };
}
