import type { Database } from '../database/database.ts';
import type { SearchIndex } from '../search/search-index.ts';
import { type RowQuery, scanIndex } from './index-scan.ts';
import type { Position } from './position.ts';

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
  return db.read(() => search.find(text, query, from, limit));
}
