import { checkReplayFilter, type DeliveryFilter } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { and, type Condition } from '../queries/condition.ts';
import { toCondition } from '../queries/filter-conditions.ts';
import { findRows } from '../queries/find-rows.ts';
import type { Position } from '../queries/position.ts';
import { toRowNumber } from '../rows/row-number.ts';
import type { SearchIndex } from '../search/search-index.ts';

/** Deliveries in one commit. Other writes wait for it, which takes some milliseconds. */
const replayedAtOnce = 500;

const replayable: Condition = {
  sql: "state NOT IN ('queued', 'running') AND delivery_id IS NOT NULL",
  values: [],
};

/** The handlers of a `received` delivery may be running, in this or another process. */
const isAbandoned = (now: number): Condition => ({
  sql: "(state <> 'received' OR coalesce(CAST(lease_until AS INTEGER), 0) <= ?)",
  values: [now],
});

/**
 * Put deliveries back into the queue. If all handlers of a delivery have succeeded, all of them run again. Otherwise, only
 * the handlers that have not succeeded run.
 * @returns the number of deliveries
 */
export async function replayDeliveries(
  db: Database,
  search: SearchIndex,
  filter: DeliveryFilter,
): Promise<number> {
  checkReplayFilter(filter);
  const { text, ...rest } = filter;
  if (text !== undefined) await search.catchUp();
  const also = and(replayable, isAbandoned(Date.now()));
  // Check again in the commit, because a delivery may have been started or sent again since it was found.
  const still = and(toCondition(rest), also);
  const query = { filter, also, columns: 'id, received_at' };
  let replayed = 0;
  // A replayed delivery may be processed before the replay ends. The search continues after it, so it is not found again.
  for (let from: Position | undefined; ; ) {
    const rows = await findRows(db, search, query, from, replayedAtOnce);
    const ids = rows.map(({ id }) => id);
    replayed += await db.write(() => putBack(db, ids, still));
    if (rows.length < replayedAtOnce) return replayed;
    from = rows.at(-1);
  }
}

/**
 * Put one delivery back into the queue, even if its handlers may be running.
 * @param key its key
 * @returns the number of deliveries: 1 or 0
 */
export async function replayDelivery(db: Database, key: string): Promise<number> {
  const number = toRowNumber(key);
  if (number === undefined) return 0;
  return db.write(() => putBack(db, [number], replayable));
}

function putBack(db: Database, ids: readonly number[], { sql, values }: Condition): number {
  return db
    .statement(
      `UPDATE webhook_logs SET state = 'queued', processed = 0, attempts = 0, failures = 0, due_at = 0,
         requested_wait = NULL, lease_owner = NULL, lease_until = NULL, lease_duration = NULL, error_message = NULL, code = NULL, issues = NULL,
         handlers = iif(state = 'processed', NULL, handlers)
       WHERE id IN (SELECT value FROM json_each(?)) AND ${sql}`,
    )
    .run(JSON.stringify(ids), ...values).changes;
}
