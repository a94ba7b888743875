import type { GroupCommit } from '../database/group-commit.ts';
import type { Statements } from '../database/statement.ts';
import { maxTime } from '../rows/cells.ts';
import { adopt, guideTimestamp } from './migrations.ts';

/**
 * Conditions for invalid times. In the index by time, NULL sorts before all numbers, and text and bytes sort after
 * them. All listings use this index, so such a row would end a page, or begin every page.
 */
const misplaced = ['received_at IS NULL', `received_at > ${maxTime}`, `received_at < -${maxTime}`] as const;

const find = `
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
export function hasRowsOfOtherPrograms(statements: Statements): boolean {
  const { state, time } = findRows(statements);
  return state || time;
}

function findRows(statements: Statements): { readonly state: boolean; readonly time: boolean } {
  const { state, time } = statements.statement(find).get() as Record<'state' | 'time', number>;
  return { state: state === 1, time: time === 1 };
}

/**
 * Update rows that other programs have written: those of the guide's logger, which does not set our columns, and
 * those whose time is not a number.
 */
export async function adoptRowsOfOtherPrograms(db: Statements & Pick<GroupCommit, 'write'>): Promise<void> {
  const { state, time } = findRows(db);
  if (!state && !time) return;
  await db.write(() => {
    if (state) db.statement(adopt).run();
    if (time) for (const sql of placeInTime) db.statement(sql).run();
  });
}
