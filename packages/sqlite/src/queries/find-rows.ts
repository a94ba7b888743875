import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import type { SearchIndex } from '../search/search-index.ts';
import { and, anything, type Condition } from './condition.ts';
import { toCondition } from './filter-conditions.ts';
import { type RowQuery, scanIndex } from './index-scan.ts';
import type { Position } from './position.ts';

/** Matches whose rows are read in one turn of the event loop. This takes some milliseconds. */
const rowsAtOnce = 2000;

/**
 * Matches that are read in one turn after the first {@link rowsAtOnce}. Each time, the search index looks up its words
 * again, which costs more than to read some thousand matches.
 */
const matchesAtOnce = 50_000;

/**
 * Return rows of deliveries after a position. With `text`, they are in the order of arrival, which is the order of the
 * search index, because sorting all matches of a common word would take long. Call `search.catchUp` first.
 */
export async function findRows(
  db: Database,
  search: SearchIndex,
  query: RowQuery,
  from: Position | undefined,
  limit: number,
): Promise<readonly Position[]> {
  const { text } = query.filter;
  if (text === undefined) return scanIndex(db, query, from, limit);
  return findMatchingRows(db, search, text, query, from, limit);
}

/** Few of many matches may meet the other conditions, so the matches are read in slices. */
async function findMatchingRows(
  db: Database,
  search: SearchIndex,
  text: string,
  { filter: { text: _, ...filter }, also = anything, columns, order = 'newest' }: RowQuery,
  from: Position | undefined,
  limit: number,
): Promise<readonly Position[]> {
  const wanted = and(toCondition(filter), also);
  const found: Position[] = [];
  let last = from?.id;
  for (
    let most = wanted.values.length === 0 && also === anything ? limit : rowsAtOnce;
    ;
    most = matchesAtOnce
  ) {
    const start = last;
    const matches = await db.read(() => search.match(text, order, start, most));
    for (let read = 0; read < matches.length; read += rowsAtOnce) {
      const ids = matches.slice(read, read + rowsAtOnce);
      found.push(...(await db.read(() => selectRows(db, columns, ids, wanted, order, limit - found.length))));
      if (found.length >= limit) return found;
      await turn();
    }
    if (matches.length < most) return found;
    last = matches.at(-1);
  }
}

/** NOT INDEXED lets SQLite only look up the rows by their ids. */
function selectRows(
  db: Database,
  columns: string,
  ids: readonly number[],
  { sql, values }: Condition,
  order: 'newest' | 'oldest',
  limit: number,
): readonly Position[] {
  return db
    .statement(
      `SELECT ${columns} FROM webhook_logs NOT INDEXED WHERE id IN (SELECT value FROM json_each(?)) AND ${sql}
       ORDER BY id ${order === 'newest' ? 'DESC' : 'ASC'} LIMIT ?`,
    )
    .all(JSON.stringify(ids), ...values, limit) as Position[];
}
