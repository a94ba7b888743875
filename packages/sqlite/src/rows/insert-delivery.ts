import { isUtf8 } from 'node:buffer';
import type { StoredDelivery } from '@spiderfoot-webhooks/core/stores';

/** The columns that a new delivery fills, in the order of {@link insertDelivery}. */
export const insertDelivery = `
  INSERT INTO webhook_logs (
    timestamp, event_type, source_ip, payload, processed, delivery_id, endpoint,
    state, attempts, due_at, lease_owner, lease_until, lease_duration, received_at, dialect, scan_id, target
  ) VALUES (?, ?, ?, CASE WHEN ? THEN CAST(? AS TEXT) ELSE ? END, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (delivery_id, endpoint) WHERE delivery_id IS NOT NULL DO NOTHING`;

/** Where a new delivery stands. */
export interface Standing {
  readonly state: string;
  readonly attempts: number;
  readonly dueAt: number | null;
  readonly lease: Lease | null;
}

/** Who handles a delivery, and for how long it counts as alive without a sign of life. */
interface Lease {
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** What {@link insertDelivery} takes. */
export function insertValues(
  delivery: StoredDelivery,
  { state, attempts, dueAt, lease }: Standing,
): unknown[] {
  const {
    id,
    endpoint,
    receivedAt,
    ip,
    eventType: event_type,
    dialect,
    scanId: scan_id,
    target,
    body,
  } = delivery;
  const bytes = toBuffer(body);
  // Bytes that are no text stay bytes: the payload is the body as received, whatever it is.
  const text = isUtf8(bytes);
  return [
    guideTime(receivedAt),
    event_type ?? unknownType,
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
    scan_id ?? null,
    target ?? null,
  ];
}

/** What the guide's logger writes for an event without a type. */
const unknownType = 'unknown';

/** As `datetime.utcnow().isoformat()` writes it: UTC, without saying so. */
function guideTime(moment: Date): string {
  return `${moment.toISOString().slice(0, -1)}000`;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
