import {
  checkReplayFilter,
  type DeliveryFilter,
  type ReplayOptions,
  readReplayOptions,
} from '@spiderfoot-webhooks/core/stores';
import type { Query } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { durable } from '../connection/durable-commit.ts';
import { createParameters, type Position, toConditions } from '../queries/conditions.ts';
import { positionOf, selectRows } from '../queries/select-rows.ts';
import { milliseconds, toRowId } from '../rows/columns.ts';
import { toList } from '../rows/lists.ts';
import type { SearchIndex } from '../search/search-index.ts';

/** Deliveries in one commit. */
const replayedAtOnce = 500;

const replayable = "d.state NOT IN ('queued', 'running')";

function isSelected({ handlers }: ReplayOptions): readonly string[] {
  return handlers === 'failed' ? [replayable, "d.state <> 'processed'"] : [replayable];
}

/**
 * The records of the handlers without their successes. A quote in a string is escaped, so only the field matches. The
 * functions for JSON would reject an error that contains `\u0000`.
 */
const withoutSuccesses = `replace(d.handlers::text, '"succeeded":true', '"succeeded":false')::json`;

/** The handlers of a `received` delivery may be running, in this or another process. */
const isAbandoned = "(d.state <> 'received' OR d.lease_until IS NULL OR d.lease_until <= now())";

/**
 * Put deliveries back into the queue.
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
  const { text, ...rest } = filter;
  if (text !== undefined) await search.catchUp();
  const columns = `d.id, ${milliseconds('d.received_at')} AS received`;
  const also = [...isSelected(options), isAbandoned];
  let replayed = 0;
  // A replayed delivery may be processed before the replay ends. Going on after its position does not find it again.
  for (let from: Position | undefined; ; ) {
    const rows = await selectRows(db, { filter, also, columns, from, limit: replayedAtOnce });
    const ids = rows.map(({ id }) => String(id));
    // Checked again in the commit: a delivery may have been started, or sent again, since it was found.
    if (ids.length > 0) replayed += (await db.write(putBack(db.prefix, ids, rest, also, options))).length;
    if (rows.length < replayedAtOnce) return replayed;
    from = positionOf(rows.at(-1));
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
  const id = toRowId(key);
  if (id === undefined) return 0;
  return (await db.write(putBack(db.prefix, [id], {}, isSelected(options), options))).length;
}

export function putBack(
  prefix: string,
  ids: readonly string[],
  filter: DeliveryFilter,
  also: readonly string[],
  { handlers }: ReplayOptions,
): Query {
  const kept = handlers === 'all' ? withoutSuccesses : 'd.handlers';
  const parameters = createParameters();
  const among = `d.id = ANY (${parameters.add(toList(ids), 'bigint[]')})`;
  const conditions = [among, ...toConditions(filter, parameters), ...also];
  return {
    text: `WITH ${durable}
      UPDATE ${prefix}deliveries AS d SET state = 'queued', attempts = 0, failures = 0, due_at = 'epoch',
        next_attempt = NULL, requested_wait = NULL, lease_owner = NULL, lease_until = NULL, lease_duration = NULL,
        error_message = NULL, code = NULL, issues = NULL,
        handlers = CASE WHEN d.state = 'processed' THEN NULL ELSE ${kept} END
      FROM durable WHERE ${conditions.join(' AND ')} RETURNING d.id`,
    values: parameters.values,
  };
}
