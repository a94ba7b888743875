import { setImmediate as turn } from 'node:timers/promises';
import { type PruneOptions, readPruneOptions } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { anything, type Condition } from '../queries/condition.ts';
import { scanIndex } from '../queries/index-scan.ts';
import type { Position } from '../queries/position.ts';
import { after } from '../queries/span.ts';
import { positionAfter, timeIndex } from '../queries/time-ordered-index.ts';
import { removeRejections } from './store-rejections.ts';

/** Deliveries in one commit. Other writes wait for it, which takes some milliseconds. */
const prunedAtOnce = 500;

/** Entries of the time index that are skipped in one turn of the event loop, for the deliveries that are kept. */
const skippedAtOnce = 20_000;

/** Delete settled deliveries. @returns the number of deleted deliveries */
export async function pruneDeliveries(db: Database, options: PruneOptions): Promise<number> {
  const { before, keep, states } = readPruneOptions(options);
  if (before !== undefined) await db.write(() => removeRejections(db, before.getTime()));

  const among = { sql: `state IN (${states.map(() => '?').join(', ')})`, values: states };
  const query = { filter: { ...(before && { until: before }) }, also: among, columns: 'id, received_at' };
  let from: Position | undefined;
  for (let left = keep ?? 0; left > 0; left -= skippedAtOnce) {
    const skipped = Math.min(left, skippedAtOnce);
    from = await db.read(() => positionAfter(db, timeIndex, anything, after({}, from, 'newest'), skipped));
    if (from === undefined) return 0;
    await turn();
  }
  for (let pruned = 0; ; ) {
    const { rows } = await scanIndex(db, query, from, prunedAtOnce);
    const ids = rows.map(({ id }) => id);
    pruned += await db.write(() => remove(db, ids, among));
    if (rows.length < prunedAtOnce) return pruned;
    from = rows.at(-1);
  }
}

/** @param among checked again, because a delivery may have been replayed since it was found */
function remove(db: Database, ids: readonly number[], { sql, values }: Condition): number {
  const removed = db
    .statement(
      `DELETE FROM webhook_logs WHERE id IN (SELECT value FROM json_each(?)) AND ${sql} RETURNING id`,
    )
    .all(JSON.stringify(ids), ...values) as { readonly id: number }[];
  db.statement('DELETE FROM webhook_search WHERE rowid IN (SELECT value FROM json_each(?))').run(
    JSON.stringify(removed.map(({ id }) => id)),
  );
  return removed.length;
}
