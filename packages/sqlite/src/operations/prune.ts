import { setImmediate as turn } from 'node:timers/promises';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { DeliveryState, QueueState } from '@spiderfoot-webhooks/core/stores';
import type { Commits } from '../database/group-commit.ts';
import type { Connection } from '../database/writable-connection.ts';
import { type Condition, leadOfTime } from '../queries/filter-conditions.ts';
import { anything, type Place, placeAfter, type Read, walk } from '../queries/index-scan.ts';
import { removeRejections } from './rejections.ts';

export interface PruneOptions {
  /** Delete what was received before this time; counts of refusals, and those that are kept one by one, among it. */
  readonly before?: Date;
  /** Keep so many of the newest, and delete the rest. */
  readonly keep?: number;
  /**
   * Which may go. What has not been processed stays, unless it is named here; `received`, `queued` and `running`
   * cannot be.
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

/** Deliveries in one commit: what comes meanwhile waits for some milliseconds only. */
const prunedAtOnce = 500;

/** Entries of the time index that are passed over in one go, for those that are kept. */
const passedAtOnce = 20_000;

/** @throws ConfigurationError that names the option, for a state that may not be pruned */
export function readStates(states: readonly string[] = [], option: string): void {
  for (const state of states) {
    if (prunable.includes(state)) continue;
    throw new ConfigurationError(option, `has ${JSON.stringify(state)}. Possible: ${prunable.join(', ')}.`);
  }
}

/** Delete settled deliveries. @returns the number of deleted deliveries */
export async function prune(
  connection: Connection,
  commits: Commits,
  read: Read,
  { before, keep, states = ['processed', 'ignored'], ...unknown }: PruneOptions,
): Promise<number> {
  for (const name of Object.keys(unknown)) {
    throw new ConfigurationError(name, 'is unknown. Known: before, keep, states.');
  }
  if (before === undefined && keep === undefined)
    throw new ConfigurationError('before', 'or "keep" must be given.');
  if (before !== undefined && !(before instanceof Date && !Number.isNaN(before.getTime())))
    throw new ConfigurationError('before', 'must be a Date.');
  // A negative one would keep nothing.
  if (keep !== undefined && !(Number.isSafeInteger(keep) && keep >= 0))
    throw new ConfigurationError('keep', 'must be a whole number, 0 or more.');
  readStates(states, 'states');
  if (before !== undefined) await commits.write(() => removeRejections(connection, before.getTime()));

  const among = { sql: `state IN (${states.map(() => '?').join(', ')})`, values: states };
  const sought = { filter: { ...(before && { until: before }) }, also: among, columns: 'id, received_at' };
  let after: Place | undefined;
  for (let left = keep ?? 0; left > 0; left -= passedAtOnce) {
    const passed = Math.min(left, passedAtOnce);
    after = await read(() => placeAfter(connection, leadOfTime, anything, after, passed));
    if (after === undefined) return 0;
    await turn();
  }
  for (let pruned = 0; ; ) {
    const rows = await walk(connection, read, sought, after, prunedAtOnce);
    const ids = rows.map(({ id }) => id);
    pruned += await commits.write(() => remove(connection, ids, among));
    if (rows.length < prunedAtOnce) return pruned;
    after = rows.at(-1);
  }
}

/** @param among looked at again: what has been replayed since it was found stays */
function remove(connection: Connection, ids: readonly number[], { sql, values }: Condition): number {
  const removed = connection
    .statement(
      `DELETE FROM webhook_logs WHERE id IN (SELECT value FROM json_each(?)) AND ${sql} RETURNING id`,
    )
    .all(JSON.stringify(ids), ...values) as { readonly id: number }[];
  connection
    .statement('DELETE FROM webhook_search WHERE rowid IN (SELECT value FROM json_each(?))')
    .run(JSON.stringify(removed.map(({ id }) => id)));
  return removed.length;
}
