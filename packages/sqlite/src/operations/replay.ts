import {
  checkReplayFilter,
  type DeliveryFilter,
  type ReplayOptions,
  readReplayOptions,
} from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { and, anything, type Condition } from '../queries/condition.ts';
import { toCondition } from '../queries/filter-conditions.ts';
import { findRows } from '../queries/find-rows.ts';
import type { Position } from '../queries/position.ts';
import { toRowNumber } from '../rows/row-number.ts';
import type { SearchIndex } from '../search/search-index.ts';

/** Deliveries in one commit. Other writes wait for it, which takes some milliseconds. */
const replayedAtOnce = 500;

const isSettled: Condition = { sql: "state NOT IN ('queued', 'running')", values: [] };

/** The next attempt is later. A worker that claims the delivery changes its state in one commit, so it runs once. */
const isDelayed = (now: number): Condition => ({ sql: "state = 'queued' AND due_at > ?", values: [now] });

const notProcessed: Condition = { sql: "state <> 'processed'", values: [] };

function isSelected({ handlers }: ReplayOptions, now: number): Condition {
  const delayed = isDelayed(now);
  return and(
    { sql: `(${isSettled.sql} OR ${delayed.sql}) AND delivery_id IS NOT NULL`, values: delayed.values },
    handlers === 'failed' ? notProcessed : anything,
  );
}

/** The records of the handlers without their successes. Another program may have damaged the cell. */
const withoutSuccesses = `CASE WHEN json_valid(handlers) AND json_type(handlers) = 'array' THEN (
  SELECT json_group_array(json_set(record.value, '$.succeeded', json('false')))
  FROM json_each(handlers) AS record WHERE record.type = 'object') END`;

/** The handlers of a `received` delivery may be running, in this or another process. */
const isAbandoned = (now: number): Condition => ({
  sql: "(state <> 'received' OR coalesce(CAST(lease_until AS INTEGER), 0) <= ?)",
  values: [now],
});

/**
 * Put deliveries back into the queue, and make delayed ones due.
 * @returns the number of deliveries
 */
export async function replayDeliveries(
  db: Database,
  search: SearchIndex,
  filter: DeliveryFilter,
  replayOptions?: ReplayOptions,
): Promise<number> {
  const options = readReplayOptions(replayOptions);
  checkReplayFilter(filter);
  const { text: _, ...rest } = filter;
  // All delayed deliveries are due at the same time, so that they run in the order of their arrival.
  const now = Date.now();
  const also = and(isSelected(options, now), isAbandoned(now));
  // Check again in the commit, because a delivery may have been started or sent again since it was found.
  const still = and(toCondition(rest), also);
  const query = { filter, also, columns: 'id, received_at' };
  let replayed = 0;
  // A replayed delivery may be processed before the replay ends. The search continues after it, so it is not found again.
  for (let from: Position | undefined; ; ) {
    const { rows } = await findRows(db, search, query, from, replayedAtOnce);
    const ids = rows.map(({ id }) => id);
    replayed += await db.write(() => queueAgain(db, ids, still, options, now));
    if (rows.length < replayedAtOnce) return replayed;
    from = rows.at(-1);
  }
}

/**
 * Put one delivery back into the queue, even if its handlers may be running.
 * @param key its key
 * @returns the number of deliveries: 1 or 0
 */
export async function replayDelivery(
  db: Database,
  key: string,
  replayOptions?: ReplayOptions,
): Promise<number> {
  const options = readReplayOptions(replayOptions);
  const number = toRowNumber(key);
  if (number === undefined) return 0;
  const now = Date.now();
  return db.write(() => queueAgain(db, [number], isSelected(options, now), options, now));
}

/** Change the selected deliveries, inside a write. @returns their number */
function queueAgain(
  db: Database,
  ids: readonly number[],
  selected: Condition,
  { handlers }: ReplayOptions,
  now: number,
): number {
  const kept = handlers === 'all' ? withoutSuccesses : 'handlers';
  // Delayed deliveries first: those that are put back are not delayed.
  // The time is read again, because another replay may have made a delivery due since this one began.
  return makeDue(db, ids, and(selected, isDelayed(Date.now())), kept, now) + putBack(db, ids, selected, kept);
}

/** Let the next attempt begin now. The attempts are kept, so that a worker counts them on. */
function makeDue(
  db: Database,
  ids: readonly number[],
  { sql, values }: Condition,
  kept: string,
  now: number,
): number {
  return db
    .statement(
      `UPDATE webhook_logs SET due_at = ?, requested_wait = NULL, handlers = ${kept}
       WHERE id IN (SELECT value FROM json_each(?)) AND ${sql}`,
    )
    .run(now, JSON.stringify(ids), ...values).changes;
}

function putBack(db: Database, ids: readonly number[], selected: Condition, kept: string): number {
  const { sql, values } = and(selected, isSettled);
  return db
    .statement(
      `UPDATE webhook_logs SET state = 'queued', processed = 0, attempts = 0, failures = 0, due_at = 0,
         requested_wait = NULL, lease_owner = NULL, lease_until = NULL, lease_duration = NULL, error_message = NULL, code = NULL, issues = NULL,
         handlers = iif(state = 'processed', NULL, ${kept})
       WHERE id IN (SELECT value FROM json_each(?)) AND ${sql}`,
    )
    .run(JSON.stringify(ids), ...values).changes;
}
