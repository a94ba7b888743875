import type { Commits } from '../database/group-commit.ts';
import type { Connection } from '../database/writable-connection.ts';
import { rowsBehind } from '../queries/delivery-pages.ts';
import { type Condition, type DeliveryFilter, toCondition } from '../queries/filter-conditions.ts';
import { and, type Place, type Read } from '../queries/index-scan.ts';

/** Deliveries in one commit: what comes meanwhile waits for some milliseconds only. */
const replayedAtOnce = 500;

const replayable: Condition = {
  sql: "state NOT IN ('queued', 'running') AND delivery_id IS NOT NULL",
  values: [],
};

/** The handlers of what is received may be running, here or in another process. */
const isLeft = (now: number): Condition => ({
  sql: "(state <> 'received' OR coalesce(CAST(lease_until AS INTEGER), 0) <= ?)",
  values: [now],
});

/**
 * Put deliveries back into the queue. One whose handlers have all succeeded is handled by all of them again; of any
 * other only those are run that have not succeeded.
 * @returns how many
 */
export async function replay(
  connection: Connection,
  commits: Commits,
  read: Read,
  filter: DeliveryFilter,
): Promise<number> {
  const { text: _, ...rest } = filter;
  const also = and(replayable, isLeft(Date.now()));
  // Looked at again in the commit: a delivery may have been begun, or sent again, since it was found.
  const still = and(toCondition(rest), also);
  const sought = { filter, also, columns: 'id, received_at' };
  let replayed = 0;
  // What is replayed while this goes on may be done before it ends: what lies behind is not met again.
  for (let after: Place | undefined; ; ) {
    const rows = await rowsBehind(connection, read, sought, after, replayedAtOnce);
    const ids = rows.map(({ id }) => id);
    replayed += await commits.write(() => putBack(connection, ids, still));
    if (rows.length < replayedAtOnce) return replayed;
    after = rows.at(-1);
  }
}

/** The same with one, by its number. @returns how many: 1 or 0 */
export function replayOne(connection: Connection, commits: Commits, number: number): Promise<number> {
  return commits.write(() => putBack(connection, [number], replayable));
}

function putBack(connection: Connection, ids: readonly number[], { sql, values }: Condition): number {
  return connection
    .statement(
      `UPDATE webhook_logs SET state = 'queued', processed = 0, attempts = 0, failures = 0, due_at = 0,
         requested_wait = NULL, lease_owner = NULL, lease_until = NULL, lease_duration = NULL, error_message = NULL, code = NULL, issues = NULL,
         handlers = iif(state = 'processed', NULL, handlers)
       WHERE id IN (SELECT value FROM json_each(?)) AND ${sql}`,
    )
    .run(JSON.stringify(ids), ...values).changes;
}
