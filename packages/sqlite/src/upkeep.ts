import { ConfigurationError, type DeliveryState, type QueueState } from '@spiderfoot-webhooks/core';
import type { Commits } from './commits.ts';
import type { Connection } from './connection.ts';
import { type DeliveryFilter, toCondition } from './filters.ts';
import { adoptForeign } from './foreign.ts';

export interface PruneOptions {
  /** Delete what was received before this time. */
  readonly before?: Date;
  /** Keep so many of the newest, and delete the rest. */
  readonly keep?: number;
  /**
   * Which may go. What has not been processed stays, unless it is named here; `received`, `queued` and `running` cannot be.
   * @default ['processed', 'ignored']
   */
  readonly states?: readonly PrunableState[];
}

export type PrunableState = Exclude<DeliveryState, 'received'> | Extract<QueueState, 'dead'>;

const prunable: readonly string[] = [
  'processed',
  'ignored',
  'rejected',
  'failed',
  'dead',
] satisfies PrunableState[];

/** Rows in one commit: what comes meanwhile waits for some milliseconds only. */
const slice = 500;

/** Where one slice ended and the next begins: by time, which every filter has an index for. */
interface Place {
  readonly id: number;
  readonly received_at: number;
}

const beginning: Place = { id: 0, received_at: Number.MIN_SAFE_INTEGER };

const replayable = "state NOT IN ('queued', 'running') AND delivery_id IS NOT NULL";

/** The handlers of what is received may be running, here or in another process. */
const isLeft = "(state <> 'received' OR coalesce(CAST(lease AS INTEGER), 0) <= ?)";

/**
 * Puts deliveries back into the queue. One whose handlers have all succeeded is handled by all of them again; of any other
 * only those are run that have not succeeded.
 * @returns how many
 */
export async function replay(
  connection: Connection,
  commits: Commits,
  filter: DeliveryFilter & { number?: number },
) {
  const { number, ...rest } = filter;
  const { sql, values } = toCondition(rest);
  const which = number === undefined ? `${sql} AND ${isLeft}` : `${sql} AND id = ?`;
  const all = [...values, number ?? Date.now()];
  const next = `
    UPDATE webhook_logs SET state = 'queued', processed = 0, attempts = 0, failures = 0, next_attempt = 0, lease = NULL,
      error_message = NULL, code = NULL, issues = NULL, handlers = iif(state = 'processed', NULL, handlers)
    WHERE id IN (
      SELECT id FROM webhook_logs
      WHERE ${which} AND ${replayable} AND (received_at, id) > (?, ?) ORDER BY received_at, id LIMIT ${slice}
    ) RETURNING id, received_at`;
  // What is replayed while this goes on may be done before it ends: what lies behind is not met again.
  let replayed = 0;
  for (let after = beginning; ; ) {
    const rows = await commits.write(
      () => connection.statement(next).all(...all, after.received_at, after.id) as Place[],
    );
    replayed += rows.length;
    if (rows.length < slice) return replayed;
    after = rows.reduce(later);
  }
}

function later(a: Place, b: Place): Place {
  return a.received_at > b.received_at || (a.received_at === b.received_at && a.id > b.id) ? a : b;
}

/** @throws ConfigurationError that names the option, for a state that may not be pruned */
export function readStates(states: readonly string[] = [], option: string): void {
  for (const state of states) {
    if (prunable.includes(state)) continue;
    throw new ConfigurationError(option, `has ${JSON.stringify(state)}. Possible: ${prunable.join(', ')}.`);
  }
}

/** Deletes what is settled. @returns how many */
export async function prune(
  connection: Connection,
  commits: Commits,
  { before, keep, states = ['processed', 'ignored'], ...unknown }: PruneOptions,
): Promise<number> {
  for (const name of Object.keys(unknown)) {
    throw new ConfigurationError(name, 'is not known. Known: before, keep, states.');
  }
  if (before === undefined && keep === undefined)
    throw new ConfigurationError('before', 'or "keep" must be given.');
  if (before !== undefined && !(before instanceof Date && !Number.isNaN(before.getTime())))
    throw new ConfigurationError('before', 'must be a Date.');
  // A negative one would keep nothing.
  if (keep !== undefined && !(Number.isSafeInteger(keep) && keep >= 0))
    throw new ConfigurationError('keep', 'must be a whole number, 0 or more.');
  readStates(states, 'states');
  await adoptForeign(connection, commits);

  const newest = keep === undefined ? undefined : newestToGo(connection, keep);
  if (keep !== undefined && newest === undefined) return 0;
  const { sql, values } = toCondition({ ...(before && { until: before }) });
  const among = states.map(() => '?').join(', ');
  const until = newest === undefined ? '' : 'AND (received_at, id) <= (?, ?)';
  const doomed = `
    SELECT id, received_at FROM webhook_logs
    WHERE ${sql} AND state IN (${among}) ${until} AND (received_at, id) > (?, ?)
    ORDER BY received_at, id LIMIT ${slice}`;
  const limits = [...values, ...states, ...(newest === undefined ? [] : [newest.received_at, newest.id])];
  let pruned = 0;
  for (let after = beginning; ; ) {
    const rows = await commits.write(() => {
      const found = connection.statement(doomed).all(...limits, after.received_at, after.id) as Place[];
      remove(connection, found);
      return found;
    });
    pruned += rows.length;
    if (rows.length < slice) return pruned;
    after = rows.reduce(later);
  }
}

function remove(connection: Connection, rows: readonly Place[]): void {
  const ids = JSON.stringify(rows.map(({ id }) => id));
  for (const [table, key] of [
    ['webhook_search', 'rowid'],
    ['webhook_logs', 'id'],
  ]) {
    connection.statement(`DELETE FROM ${table} WHERE ${key} IN (SELECT value FROM json_each(?))`).run(ids);
  }
}

/** The newest of those that go where so many are kept. */
function newestToGo(connection: Connection, keep: number): Place | undefined {
  const sql = `
    SELECT id, received_at FROM webhook_logs INDEXED BY webhook_logs_time
    ORDER BY received_at DESC, id DESC LIMIT 1 OFFSET ?`;
  return connection.statement(sql).get(keep) as Place | undefined;
}
