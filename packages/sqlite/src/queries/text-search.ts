import { setImmediate as turn } from 'node:timers/promises';
import {
  type DeliveryFilter,
  type ListOrder,
  matchesText,
  searchTokens,
  searchWords,
} from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { matchOrder, payloadText, type SearchIndex, searchedCharacters } from '../search/search-index.ts';
import { and, anything, type Condition } from './condition.ts';
import { toCondition } from './filter-conditions.ts';
import { type FoundRows, fewestEntries, type RowQuery } from './index-scan.ts';
import type { Position } from './position.ts';
import { inSpan, spanOf } from './span.ts';
import { entriesOf, type TimeOrderedIndex } from './time-ordered-index.ts';

/** If an index has at most this number of entries for a filter, the bodies of these rows are searched. */
const mostCandidates = 20_000;

/** The newest rows whose bodies are searched before the search index is used. Most pages of a common word end here. */
const checkedFirst = 1000;

/** Bodies that are searched in one turn of the event loop. This takes some milliseconds, even if each is long. */
const bodiesAtOnce = 20;

/** Matches whose rows are read in one turn. This takes some milliseconds. */
const rowsAtOnce = 2000;

/**
 * Matches that are read from the search index in one turn. Each time, the index looks up its words again, which costs more than
 * to read some thousand matches.
 */
const matchesAtOnce = 20_000;

interface Search {
  readonly db: Database;
  readonly text: string;
  /** The condition for rows, without the text. */
  readonly wanted: Condition;
  readonly columns: string;
  readonly order: ListOrder;
  readonly endsAt: number;
  readonly limit: number;
}

/**
 * Return rows that contain words, in the order of their numbers. If the other conditions select few rows, or if the words are
 * common, it is fastest to search the bodies of the rows. Otherwise, the search index is read. Both are read in slices, and the
 * event loop turns between them.
 */
export async function searchRows(
  db: Database,
  index: SearchIndex,
  text: string,
  { filter: { text: _, ...filter }, also = anything, ...query }: RowQuery,
  from: Position | undefined,
  limit: number,
): Promise<FoundRows> {
  const { columns, order = 'newest', endsAt = Number.POSITIVE_INFINITY } = query;
  // The search index has no match either.
  if (searchWords(text).every((word) => searchTokens(word).length === 0)) return nothing;
  const wanted = and(toCondition(filter), also);
  const search = { db, text, wanted, columns, order, endsAt, limit };
  const few = await db.read(() => fewestEntries(db, filter, mostCandidates + 1));
  if (few !== undefined && few.entries <= mostCandidates) {
    return searchBodies(search, await db.read(() => candidates(search, few.index, filter, from)));
  }
  const first = await db.read(() => firstRows(search, from));
  const checked = await searchBodies(search, first.ids);
  if (checked.rows.length >= limit || checked.searchedTo !== undefined || first.last === undefined)
    return checked;
  await index.catchUp();
  return searchIndex(search, index, checked.rows, first.last);
}

const nothing: FoundRows = { rows: [], searchedTo: undefined };

interface Numbered {
  readonly id: number;
}

/** Return the numbers of the rows that an index contains for a filter, after a position in the order of a search. */
function candidates(
  { db, order }: Search,
  index: TimeOrderedIndex,
  filter: DeliveryFilter,
  from: Position | undefined,
): readonly number[] {
  const { sql, values } = and(
    entriesOf(index, filter),
    inSpan(spanOf(filter)),
    numberedAfter(from?.id, order),
  );
  const rows = db
    .statement(`SELECT id FROM webhook_logs INDEXED BY ${index.index} WHERE ${sql}`)
    .all(...values) as Numbered[];
  const ids = rows.map(({ id }) => id).sort((a, b) => a - b);
  return order === 'newest' ? ids.reverse() : ids;
}

/** Return the numbers of the first rows after a position, and the last of them if more follow. */
function firstRows({ db, order }: Search, from: Position | undefined) {
  const { sql, values } = numberedAfter(from?.id, order);
  const rows = db
    .statement(
      `SELECT id FROM webhook_logs NOT INDEXED WHERE ${sql} ORDER BY id ${matchOrder[order].direction} LIMIT ${checkedFirst}`,
    )
    .all(...values) as Numbered[];
  return { ids: rows.map(({ id }) => id), last: rows.length < checkedFirst ? undefined : rows.at(-1)?.id };
}

function numberedAfter(id: number | undefined, order: ListOrder): Condition {
  const { operator, first } = matchOrder[order];
  return { sql: `id ${operator} ?`, values: [id ?? first] };
}

/** A row with the beginning of its body. */
interface Searched extends Position {
  readonly searched: unknown;
}

/** Search the bodies of rows. */
async function searchBodies(search: Search, ids: readonly number[]): Promise<FoundRows> {
  const { db, text, columns, limit, endsAt } = search;
  const words = searchWords(text);
  const withBody = `${columns}, substr(payload, 1, ${searchedCharacters}) AS searched`;
  const found: Position[] = [];
  for (let read = bodiesAtOnce; ; read += bodiesAtOnce) {
    const slice = ids.slice(read - bodiesAtOnce, read);
    const rows = (await db.read(() => selectRows(search, withBody, slice, slice.length))) as Searched[];
    found.push(...rows.filter(({ searched }) => matchesText(words, payloadText(searched))));
    if (found.length >= limit) return { rows: found.slice(0, limit), searchedTo: undefined };
    if (read >= ids.length) return { rows: found, searchedTo: undefined };
    if (performance.now() >= endsAt) {
      const searchedTo = await db.read(() => positionOf(db, slice.at(-1)));
      if (searchedTo !== undefined) return { rows: found, searchedTo };
    }
    await turn();
  }
}

/** Search the index of words. Few of many matches may meet the other conditions. */
async function searchIndex(
  search: Search,
  index: SearchIndex,
  known: readonly Position[],
  from: number,
): Promise<FoundRows> {
  const { db, text, columns, order, limit, endsAt } = search;
  const found = [...known];
  let last: number | undefined = from;
  for (let most = rowsAtOnce; ; most = matchesAtOnce) {
    const start = last;
    const matches: readonly number[] = await db.read(() => index.match(text, order, start, most));
    for (let read = 0; read < matches.length; read += rowsAtOnce) {
      const ids = matches.slice(read, read + rowsAtOnce);
      found.push(...(await db.read(() => selectRows(search, columns, ids, limit - found.length))));
      if (found.length >= limit) return { rows: found, searchedTo: undefined };
      last = ids.at(-1);
      if (performance.now() >= endsAt) {
        const searchedTo = await db.read(() => positionOf(db, last));
        if (searchedTo !== undefined) return { rows: found, searchedTo };
      }
      await turn();
    }
    if (matches.length < most) return { rows: found, searchedTo: undefined };
  }
}

/** Return the position of a row. `undefined` if it was deleted. */
function positionOf(db: Database, id: number | undefined): Position | undefined {
  return db.statement('SELECT received_at, id FROM webhook_logs WHERE id = ?').get(id ?? null) as
    | Position
    | undefined;
}

/** NOT INDEXED lets SQLite only look up the rows by their ids. */
function selectRows(
  { db, wanted: { sql, values }, order }: Search,
  columns: string,
  ids: readonly number[],
  limit: number,
): readonly Position[] {
  return db
    .statement(
      `SELECT ${columns} FROM webhook_logs NOT INDEXED WHERE id IN (SELECT value FROM json_each(?)) AND ${sql}
       ORDER BY id ${matchOrder[order].direction} LIMIT ?`,
    )
    .all(JSON.stringify(ids), ...values, limit) as Position[];
}
