import { isUtf8 } from 'node:buffer';
import { type StoredDelivery, unknownEventType } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';

const insert = `
  INSERT INTO webhook_logs (
    timestamp, event_type, source_ip, payload, processed, delivery_id, endpoint,
    state, attempts, due_at, lease_owner, lease_until, lease_duration, received_at, dialect, scan_id, target,
    trace_context
  ) VALUES (?, ?, ?, CASE WHEN ? THEN CAST(? AS TEXT) ELSE ? END, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (delivery_id, endpoint) WHERE delivery_id IS NOT NULL DO NOTHING`;

/** The columns that a log and a queue fill differently. */
export interface InitialState {
  readonly state: string;
  readonly attempts: number;
  readonly dueAt: number | null;
  readonly lease: Lease | null;
}

/** Identifies the process that handles a delivery, and limits the time for which it counts as alive without a renewal. */
interface Lease {
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** Milliseconds. */
  readonly duration: number;
}

/**
 * Insert a delivery, inside a write.
 * @returns its row number, or `undefined` if the delivery is already stored
 */
export function insertDelivery(
  db: Database,
  delivery: StoredDelivery,
  initial: InitialState,
): number | undefined {
  const { changes, lastInsertRowid } = db.statement(insert).run(...valuesOf(delivery, initial));
  return changes === 1 ? Number(lastInsertRowid) : undefined;
}

function valuesOf(delivery: StoredDelivery, { state, attempts, dueAt, lease }: InitialState): unknown[] {
  const { id, endpoint, receivedAt, ip, eventType, dialect, scanId, target, body, traceContext } = delivery;
  const bytes = toBuffer(body);
  // A body that is not text is stored as bytes, so that the payload is always the body as received.
  const text = isUtf8(bytes);
  return [
    guideTime(receivedAt),
    eventType ?? unknownEventType,
    ip ?? null,
    text ? 1 : 0,
    bytes,
    text ? null : bytes,
    id,
    endpoint,
    state,
    attempts,
    dueAt,
    lease?.owner ?? null,
    lease?.until ?? null,
    lease?.duration ?? null,
    receivedAt.getTime(),
    dialect ?? null,
    scanId ?? null,
    target ?? null,
    traceContext ?? null,
  ];
}

/** Format a time as Python's `datetime.utcnow().isoformat()` does: UTC without a zone. */
function guideTime(time: Date): string {
  return `${time.toISOString().slice(0, -1)}000`;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
