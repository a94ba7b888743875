import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import type { SearchIndex } from '../search/search-index.ts';
import { type FoundRows, type RowQuery, scanIndex } from './index-scan.ts';
import type { Position } from './position.ts';
import { searchRows } from './text-search.ts';

/**
 * Return rows of deliveries after a position. With `text`, they are in the order of arrival, which is the order of the
 * search index, because sorting all matches of a common word would take long.
 */
export async function findRows(
  db: Database,
  search: SearchIndex,
  query: RowQuery,
  from: Position | undefined,
  limit: number,
): Promise<FoundRows> {
  const { text } = query.filter;
  const found =
    text === undefined
      ? await scanIndex(db, query, from, limit)
      : await searchRows(db, search, text, query, from, limit);
  // A caller may read page after page. Without a turn, the process would answer nothing until the last one.
  await turn();
  return found;
}
