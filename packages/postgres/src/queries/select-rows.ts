import type { Query, Row, Session } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { type Deadline, deadlineAfter } from '../connection/deadline.ts';
import { readWithin } from '../connection/limited-statement.ts';
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

/** Milliseconds after which a search ends even if its limit is longer. A timer allows no more than 24 days. */
const longestSearch = 300_000;

/**
 * Return rows of deliveries. Call `search.catchUp` first, if the filter has `text`.
 * @param deadline the deadline of a call that has one. By default, a search for `text` has five minutes for each statement
 */
export async function selectRows(
  db: Database,
  selection: Selection,
  deadline?: Deadline,
): Promise<readonly Row[]> {
  return select<never>((query) => db.read(query, deadline), db.prefix, selection);
}

/** @param read runs one statement. If it returns `undefined`, so does this function */
async function select<Ended extends undefined>(
  read: (query: Query) => Promise<readonly Row[] | Ended>,
  prefix: string,
  selection: Selection,
): Promise<readonly Row[] | Ended> {
  const { text } = selection.filter;
  if (text === undefined) return read(selectionQuery(prefix, selection));
  const words = toQuery(text);
  if (words === undefined) return [];
  const first = await read(frequentWordsQuery(prefix, selection, words));
  if (first === undefined) return first;
  const rows = first.filter(({ id }) => id !== null);
  if (rows.length === selection.limit || Number(first[0]?.checked) < checkedFirst) return rows;
  return read(rareWordsQuery(prefix, selection, words));
}

/** The rows that were found. */
interface FoundRows {
  readonly rows: readonly Row[];
  /** The position at which the search ended. `undefined` if it found all rows, or as many as were wanted. */
  readonly searchedTo: Position | undefined;
}

/**
 * Return rows of deliveries, and end the search after a time. First, PostgreSQL searches all deliveries in the way that it
 * chooses. If this takes half of the time, the deliveries are searched in parts, because a statement that was ended has no
 * result. All statements use one connection. The wait for it is not part of the time: while deliveries arrive, the wait can
 * take longer than the search.
 * @param time milliseconds
 */
export function selectRowsWithin(db: Database, selection: Selection, time: number): Promise<FoundRows> {
  const limit = Math.min(time, longestSearch);
  return db.readAll(
    (session) => searchWithin(session, db.prefix, selection, limit),
    deadlineAfter(limit + db.patience),
  );
}

async function searchWithin(
  session: Session,
  prefix: string,
  selection: Selection,
  time: number,
): Promise<FoundRows> {
  const start = performance.now();
  const left = (end: number) => start + end - performance.now();
  const all = await select((query) => readWithin(session, query, left(time / 2)), prefix, selection);
  if (all !== undefined) return { rows: all, searchedTo: undefined };
  const rows: Row[] = [];
  for (let { from } = selection; ; ) {
    const part = { ...selection, from, limit: selection.limit - rows.length };
    const [end] = await session.query(positionQuery(prefix, part, searchedAtOnce));
    rows.push(...(await select<never>(session.query, prefix, { ...part, upTo: positionOf(end) })));
    if (end === undefined || rows.length === selection.limit) return { rows, searchedTo: undefined };
    from = positionOf(end);
    if (left(time) <= 0) return { rows, searchedTo: from };
  }
}

/** Return the position of a row with the columns `id` and `received`. */
export function positionOf(row: Row | undefined): Position | undefined {
  return row && { receivedAt: Number(row.received), id: String(row.id) };
}
