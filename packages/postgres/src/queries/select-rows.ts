import type { Row } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { type Deadline, deadlineAfter } from '../connection/deadline.ts';
import { isTimeout } from '../errors.ts';
import { toQuery } from '../search/search-index.ts';
import type { Position } from './conditions.ts';
import {
  checkedFirst,
  frequentWordsQuery,
  positionQuery,
  rareWordsQuery,
  type Selection,
  selectionQuery,
} from './selection.ts';

/** The deliveries that are searched in one statement, after the search of all deliveries has taken too long. */
const searchedAtOnce = 50_000;

/**
 * Return rows of deliveries. Call `search.catchUp` first, if the filter has `text`.
 * @param deadline the deadline of a call that has one. By default, a search for `text` has five minutes for each statement
 */
export async function selectRows(
  db: Database,
  selection: Selection,
  deadline?: Deadline,
): Promise<readonly Row[]> {
  const { text } = selection.filter;
  if (text === undefined) return db.read(selectionQuery(db.prefix, selection), deadline);
  const words = toQuery(text);
  if (words === undefined) return [];
  const first = await db.read(frequentWordsQuery(db.prefix, selection, words), deadline);
  const rows = first.filter(({ id }) => id !== null);
  if (rows.length === selection.limit || Number(first[0]?.checked) < checkedFirst) return rows;
  return db.read(rareWordsQuery(db.prefix, selection, words), deadline);
}

/** The rows that were found. */
interface FoundRows {
  readonly rows: readonly Row[];
  /** The position at which the search ended. `undefined` if it found all rows, or as many as were wanted. */
  readonly searchedTo: Position | undefined;
}

/**
 * Return rows of deliveries, and end the search at a time. First, PostgreSQL searches all deliveries in the way that it
 * chooses. If this takes half of the time, the deliveries are searched in parts, because a statement that was canceled has no
 * result.
 * @param endsAt the time on the clock of `performance.now()`
 */
export async function selectRowsUntil(
  db: Database,
  selection: Selection,
  endsAt: number,
): Promise<FoundRows> {
  // A server that is not ready within the short time of a search would count as unavailable for deliveries too.
  await db.requireServer();
  const half = Math.max(1, (endsAt - performance.now()) / 2);
  try {
    return { rows: await selectRows(db, selection, deadlineAfter(half)), searchedTo: undefined };
  } catch (error) {
    if (!isTimeout(error)) throw error;
  }
  const rows: Row[] = [];
  for (let { from } = selection; ; ) {
    const part = { ...selection, from, limit: selection.limit - rows.length };
    const [end] = await db.read(positionQuery(db.prefix, part, searchedAtOnce), db.deadline());
    rows.push(...(await selectRows(db, { ...part, upTo: positionOf(end) }, db.deadline())));
    if (end === undefined || rows.length === selection.limit) return { rows, searchedTo: undefined };
    from = positionOf(end);
    if (performance.now() >= endsAt) return { rows, searchedTo: from };
  }
}

/** Return the position of a row with the columns `id` and `received`. */
export function positionOf(row: Row | undefined): Position | undefined {
  return row && { receivedAt: Number(row.received), id: String(row.id) };
}
