import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { numberOf, timeOf } from '../rows/cells.ts';

const countState = `
  SELECT count(*) AS count, min(received_at) AS oldest FROM webhook_logs INDEXED BY webhook_logs_open
  WHERE state <> 'processed' AND state = ?`;

/** Counts by the index of each endpoint, so that deliveries that are due are not read. */
const countDelayed = `
  WITH RECURSIVE endpoints (endpoint) AS (
    SELECT min(endpoint) FROM webhook_logs INDEXED BY webhook_logs_due WHERE due_at IS NOT NULL
    UNION ALL
    SELECT (
      SELECT min(endpoint) FROM webhook_logs INDEXED BY webhook_logs_due
      WHERE due_at IS NOT NULL AND endpoint > endpoints.endpoint
    ) FROM endpoints WHERE endpoint IS NOT NULL
  )
  SELECT count(*) AS count FROM endpoints CROSS JOIN webhook_logs AS logs INDEXED BY webhook_logs_due
  WHERE logs.endpoint = endpoints.endpoint AND logs.due_at > ? AND logs.state = 'queued'`;

/** Count the deliveries that are not settled. A file that cannot be read is not ready. */
export async function readHealth(db: Database): Promise<StoreHealth> {
  try {
    return await db.read(() => {
      const queued = readState(db, 'queued');
      const delayed = Math.min(queued.count, readCount(db.statement(countDelayed).get(Date.now())));
      return {
        ready: true,
        waiting: queued.count - delayed,
        running: readState(db, 'running').count,
        delayed,
        dead: readState(db, 'dead').count,
        oldest: queued.oldest,
      };
    });
  } catch {
    return { ready: false, waiting: 0, running: 0, delayed: 0, dead: 0, oldest: undefined };
  }
}

function readState(
  db: Database,
  state: string,
): { readonly count: number; readonly oldest: Date | undefined } {
  const { count, oldest } = db.statement(countState).get(state) as Record<'count' | 'oldest', unknown>;
  return { count: numberOf(count), oldest: timeOf(oldest) };
}

function readCount(row: unknown): number {
  const { count } = row as { readonly count: unknown };
  return numberOf(count);
}
