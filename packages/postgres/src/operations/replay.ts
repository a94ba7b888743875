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
import { toTimestamp } from '../rows/text.ts';
import type { SearchIndex } from '../search/search-index.ts';

/** Deliveries in one commit. */
const replayedAtOnce = 500;

const isSettled = "d.state NOT IN ('queued', 'running')";

/** The next attempt is later. A claim locks the row and changes its state, so the delivery runs once. */
const isDelayed = "d.state = 'queued' AND d.due_at > now()";

function isSelected({ handlers }: ReplayOptions): readonly string[] {
  const replayable = `(${isSettled} OR ${isDelayed})`;
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
  const { text, ...rest } = filter;
  if (text !== undefined) await search.catchUp();
  const columns = `d.id, ${milliseconds('d.received_at')} AS received, ${milliseconds('now()')} AS now`;
  const also = [...isSelected(options), isAbandoned];
  let replayed = 0;
  // All delayed deliveries are due at the same time, so that they run in the order of their arrival.
  let dueAt: Date | undefined;
  // A replayed delivery may be processed before the replay ends. Going on after its position does not find it again.
  for (let from: Position | undefined; ; ) {
    const rows = await selectRows(db, { filter, also, columns, from, limit: replayedAtOnce });
    const ids = rows.map(({ id }) => String(id));
    dueAt ??= rows[0] && new Date(Number(rows[0].now));
    // Checked again in the commit: a delivery may have been started, or sent again, since it was found.
    const selected = { ids, filter: rest, also, dueAt };
    if (ids.length > 0) replayed += (await db.write(queueAgain(db.prefix, selected, options))).length;
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
  const selected = { ids: [id], filter: {}, also: isSelected(options), dueAt: undefined };
  return (await db.write(queueAgain(db.prefix, selected, options))).length;
}

/** The deliveries that one statement changes, if they still match. */
interface Selected {
  readonly ids: readonly string[];
  /** Without `text`. */
  readonly filter: DeliveryFilter;
  readonly also: readonly string[];
  /** The time at which delayed deliveries are due, on the server's clock. `undefined` for the time of the statement. */
  readonly dueAt: Date | undefined;
}

/** A delayed delivery keeps its attempts, so that a worker counts them on. */
export function queueAgain(
  prefix: string,
  { ids, filter, also, dueAt }: Selected,
  { handlers }: ReplayOptions,
): Query {
  const kept = handlers === 'all' ? withoutSuccesses : 'd.handlers';
  const parameters = createParameters();
  const among = `d.id = ANY (${parameters.add(toList(ids), 'bigint[]')})`;
  const due = dueAt === undefined ? 'now()' : parameters.add(toTimestamp(dueAt), 'timestamptz');
  const conditions = [among, ...toConditions(filter, parameters), ...also].join(' AND ');
  return {
    text: `WITH ${durable}, made_due AS (
        UPDATE ${prefix}deliveries AS d SET due_at = ${due}, next_attempt = NULL, requested_wait = NULL, handlers = ${kept}
        FROM durable WHERE ${conditions} AND ${isDelayed} AND d.due_at > clock_timestamp() RETURNING d.id
      ), put_back AS (
        UPDATE ${prefix}deliveries AS d SET state = 'queued', attempts = 0, failures = 0, due_at = 'epoch',
          next_attempt = NULL, requested_wait = NULL, lease_owner = NULL, lease_until = NULL, lease_duration = NULL,
          error_message = NULL, code = NULL, issues = NULL,
          handlers = CASE WHEN d.state = 'processed' THEN NULL ELSE ${kept} END
        FROM durable WHERE ${conditions} AND ${isSettled} RETURNING d.id
      )
      SELECT id FROM made_due UNION ALL SELECT id FROM put_back`,
    values: parameters.values,
  };
}
