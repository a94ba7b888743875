import type { StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { insertDelivery } from '../rows/insert-delivery.ts';

/** A dead, rejected, failed or ignored delivery is attempted again when it is sent again. */
const queueAgain = `
  UPDATE webhook_logs SET state = 'queued', attempts = 0, failures = 0, due_at = 0, lease_owner = NULL,
    lease_until = NULL, lease_duration = NULL, error_message = NULL, code = NULL, issues = NULL
  WHERE delivery_id = ? AND endpoint = ? AND state NOT IN ('queued', 'running', 'processed')`;

/**
 * Put a delivery into the queue, inside a write. It is due at the time of its receipt, so that retries and new
 * deliveries are ordered by age. It is never due later than now, so that it can be found by `received_at` after the
 * clock was set back.
 */
export function enqueueDelivery(
  db: Database,
  delivery: StoredDelivery,
  now: number,
): 'accepted' | 'duplicate' {
  const dueAt = Math.min(delivery.receivedAt.getTime(), now);
  if (insertDelivery(db, delivery, { state: 'queued', attempts: 0, dueAt, lease: null }) !== undefined)
    return 'accepted';
  const { id, endpoint } = delivery;
  return db.statement(queueAgain).run(id, endpoint).changes === 1 ? 'accepted' : 'duplicate';
}
