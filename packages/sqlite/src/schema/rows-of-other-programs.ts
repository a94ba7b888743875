import type { Commits } from '../database/group-commit.ts';
import type { Connection } from '../database/writable-connection.ts';
import { greatestTime } from '../rows/cells.ts';
import { adopt, guideTimestamp } from './migrations.ts';

/**
 * Conditions for invalid times. In the index by time, NULL sorts before all numbers, and text and bytes sort after
 * them. All listings use this index, so such a row would end a page, or begin every page.
 */
const misplaced = [
  'received_at IS NULL',
  `received_at > ${greatestTime}`,
  `received_at < -${greatestTime}`,
] as const;

const hasForeign = `
  SELECT EXISTS (SELECT 1 FROM webhook_logs INDEXED BY webhook_logs_foreign WHERE state IS NULL) AS state,
    ${misplaced
      .map((where) => `EXISTS (SELECT 1 FROM webhook_logs INDEXED BY webhook_logs_time WHERE ${where})`)
      .join(' OR ')} AS time`;

/** Sets an invalid time to the time in the guide's column, or else to the current time. */
const placeInTime = misplaced.map(
  (where) => `
  UPDATE webhook_logs SET received_at = ${guideTimestamp}
  WHERE id IN (SELECT id FROM webhook_logs INDEXED BY webhook_logs_time WHERE ${where})`,
);

/** Return whether rows must be updated before all rows can be read. */
export function hasForeignRows(connection: Pick<Connection, 'statement'>): boolean {
  const { state, time } = findForeign(connection);
  return state || time;
}

function findForeign({ statement }: Pick<Connection, 'statement'>): {
  readonly state: boolean;
  readonly time: boolean;
} {
  const { state, time } = statement(hasForeign).get() as Record<'state' | 'time', number>;
  return { state: state === 1, time: time === 1 };
}

/**
 * Update rows that other programs have written: those of the guide's logger, which does not set our columns, and
 * those whose time is not a number.
 */
export async function adoptForeign(connection: Connection, commits: Commits): Promise<void> {
  connection.check();
  const { state, time } = findForeign(connection);
  if (!state && !time) return;
  await commits.write(() => {
    if (state) connection.statement(adopt).run();
    if (time) for (const sql of placeInTime) connection.statement(sql).run();
  });
}
