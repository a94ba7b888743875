import type { StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import type { Connection } from '../database/writable-connection.ts';
import { insertDelivery, insertValues, type Standing } from '../rows/insert-delivery.ts';

/** A dead, rejected, failed or ignored delivery is attempted again when it is sent again. */
const takeUp = `
  UPDATE webhook_logs SET state = 'queued', attempts = 0, failures = 0, due_at = 0, lease_owner = NULL,
    lease_until = NULL, lease_duration = NULL, error_message = NULL, code = NULL, issues = NULL
  WHERE delivery_id = ? AND endpoint = ? AND state NOT IN ('queued', 'running', 'processed')`;

/**
 * Put a delivery into the queue, inside a commit. It is due since it was received, so that it stands in one line with
 * the retries, the oldest first; never later, so that what a clock set back has left ahead is found by `received_at`.
 */
export function enqueueDelivery(
  connection: Connection,
  delivery: StoredDelivery,
  now: number,
): 'accepted' | 'duplicate' {
  const dueAt = Math.min(delivery.receivedAt.getTime(), now);
  const standing = { state: 'queued', attempts: 0, dueAt, lease: null };
  if (insertNew(connection, delivery, standing) !== undefined) return 'accepted';
  const { id, endpoint } = delivery;
  return connection.statement(takeUp).run(id, endpoint).changes === 1 ? 'accepted' : 'duplicate';
}

/** @returns the row's number, or `undefined` where the delivery is known */
export function insertNew(
  connection: Connection,
  delivery: StoredDelivery,
  standing: Standing,
): number | undefined {
  const { changes, lastInsertRowid } = connection
    .statement(insertDelivery)
    .run(...insertValues(delivery, standing));
  return changes === 1 ? Number(lastInsertRowid) : undefined;
}
