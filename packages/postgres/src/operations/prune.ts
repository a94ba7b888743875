import { type PruneOptions, readPruneOptions } from '@spiderfoot-webhooks/core/stores';
import type { Query } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { createParameters, orderBy, type Position } from '../queries/conditions.ts';
import { positionOf, selectRows } from '../queries/select-rows.ts';
import { milliseconds } from '../rows/columns.ts';
import { toList } from '../rows/lists.ts';
import { removeRejections } from './store-rejections.ts';

/** Deliveries in one commit. */
const prunedAtOnce = 500;

const columns = `d.id, ${milliseconds('d.received_at')} AS received`;

/** Delete settled deliveries. @returns the number of deleted deliveries */
export async function pruneDeliveries(db: Database, options: PruneOptions): Promise<number> {
  const { before, keep = 0, states } = readPruneOptions(options);
  if (before !== undefined) await db.write(removeRejections(db.prefix, before));
  let from: Position | undefined;
  if (keep > 0) {
    from = positionOf((await db.read(positionAfter(db.prefix, keep)))[0]);
    if (from === undefined) return 0;
  }
  const filter = { state: states, ...(before && { until: before }) };
  for (let pruned = 0; ; ) {
    const rows = await selectRows(db, { filter, columns, from, limit: prunedAtOnce });
    const ids = rows.map(({ id }) => String(id));
    if (ids.length > 0) pruned += (await db.write(remove(db.prefix, ids, states))).length;
    if (rows.length < prunedAtOnce) return pruned;
    from = positionOf(rows.at(-1));
  }
}

/** Selects the position of the oldest delivery that is kept. */
export function positionAfter(prefix: string, keep: number): Query {
  return {
    text: `SELECT ${columns} FROM ${prefix}deliveries AS d ${orderBy('newest')} LIMIT 1 OFFSET $1::bigint - 1`,
    values: [keep],
  };
}

/** The states are checked again, because a delivery may have been replayed since it was found. */
export function remove(prefix: string, ids: readonly string[], states: readonly string[]): Query {
  const parameters = createParameters();
  const among = parameters.add(toList(ids), 'bigint[]');
  const wanted = parameters.add(toList(states), 'text[]');
  return {
    text: `WITH removed AS (
        DELETE FROM ${prefix}deliveries WHERE id = ANY (${among}) AND state = ANY (${wanted}) RETURNING id
      ), words AS (
        DELETE FROM ${prefix}search_words WHERE delivery IN (SELECT id FROM removed)
      )
      SELECT id FROM removed`,
    values: parameters.values,
  };
}
