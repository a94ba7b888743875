import { ConfigurationError, type DeliveryState, type QueueState } from '@spiderfoot-webhooks/core';
import type { Commits } from './commits.ts';
import type { Connection } from './connection.ts';
import { type DeliveryFilter, toCondition } from './filters.ts';

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

const replayable = "state NOT IN ('queued', 'running') AND delivery_id IS NOT NULL";

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
  const which = number === undefined ? sql : `${sql} AND id = ?`;
  const all = number === undefined ? values : [...values, number];
  const next = `
    UPDATE webhook_logs SET state = 'queued', processed = 0, attempts = 0, next_attempt = 0, lease = NULL,
      error_message = NULL, code = NULL, issues = NULL, handlers = iif(state = 'processed', NULL, handlers)
    WHERE id IN (SELECT id FROM webhook_logs WHERE ${which} AND ${replayable} AND id > ? AND id <= ? ORDER BY id LIMIT ${slice})
    RETURNING id`;
  // What is replayed while this goes on may be done before it ends: it must not be met again.
  const newest = maxId(connection);
  let replayed = 0;
  for (let after = 0; ; ) {
    const rows = await commits.write(
      () => connection.statement(next).all(...all, after, newest) as { id: number }[],
    );
    replayed += rows.length;
    if (rows.length < slice) return replayed;
    after = Math.max(...rows.map(({ id }) => id));
  }
}

/** Deletes what is settled. @returns how many */
export async function prune(
  connection: Connection,
  commits: Commits,
  { before, keep, states = ['processed', 'ignored'] }: PruneOptions,
): Promise<number> {
  if (before === undefined && keep === undefined)
    throw new ConfigurationError('before', 'or "keep" must be given.');
  for (const state of states) {
    if (prunable.includes(state)) continue;
    throw new ConfigurationError('states', `has ${JSON.stringify(state)}. Possible: ${prunable.join(', ')}.`);
  }
  const { sql, values } = toCondition({ ...(before && { until: before }) });
  const among = states.map(() => '?').join(', ');
  const doomed = `SELECT id FROM webhook_logs WHERE ${sql} AND id <= ? AND state IN (${among}) ORDER BY received_at LIMIT ${slice}`;
  const newest = keep === undefined ? maxId(connection) : newestToGo(connection, keep);
  let pruned = 0;
  for (;;) {
    const deleted = await commits.write(() => {
      const rows = connection.statement(doomed).all(...values, newest, ...states) as { id: number }[];
      const ids = JSON.stringify(rows.map(({ id }) => id));
      for (const [table, key] of [
        ['webhook_search', 'rowid'],
        ['webhook_logs', 'id'],
      ]) {
        connection
          .statement(`DELETE FROM ${table} WHERE ${key} IN (SELECT value FROM json_each(?))`)
          .run(ids);
      }
      return rows.length;
    });
    pruned += deleted;
    if (deleted < slice) return pruned;
  }
}

function maxId(connection: Connection): number {
  const { newest } = connection.statement('SELECT max(id) AS newest FROM webhook_logs').get() as {
    newest: number | null;
  };
  return newest ?? 0;
}

function newestToGo(connection: Connection, keep: number): number {
  const row = connection.statement('SELECT id FROM webhook_logs ORDER BY id DESC LIMIT 1 OFFSET ?').get(keep);
  return (row as { id: number } | undefined)?.id ?? 0;
}
