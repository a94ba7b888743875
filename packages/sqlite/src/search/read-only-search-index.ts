import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { and, anything } from '../queries/condition.ts';
import { toCondition } from '../queries/filter-conditions.ts';
import type { RowQuery } from '../queries/index-scan.ts';
import type { Position } from '../queries/position.ts';
import { toMatch } from './match-expression.ts';
import {
  findMatches,
  type Indexable,
  notIndexed,
  outdated,
  outdatedNumber,
  type SearchIndex,
  searchTextOf,
} from './search-index.ts';

/** Creates a table in memory for the entries that the index in the file does not have yet. */
const makeRest = `CREATE VIRTUAL TABLE temp.webhook_search_rest USING fts5 (payload, content = '')`;

const hasRest = "SELECT 1 FROM temp.sqlite_schema WHERE name = 'webhook_search_rest'";

const newestInRest = 'SELECT rowid AS id FROM temp.webhook_search_rest ORDER BY rowid DESC LIMIT 1';

const addToRest = 'INSERT INTO temp.webhook_search_rest (rowid, payload) VALUES (?, ?)';

/** The full-text search of a file that is open for reading only. */
export function createReadOnlySearchIndex(db: Database): SearchIndex {
  function add({ id, payload }: Indexable): void {
    db.statement(addToRest).run(id, searchTextOf(payload));
  }

  /** Add rows in one transaction, which takes a tenth of the time of one for each row. */
  function addAll(rows: readonly Indexable[]): void {
    db.statement('BEGIN').run();
    try {
      rows.forEach(add);
    } finally {
      db.statement('COMMIT').run();
    }
  }

  /** Add the entries of an older version that change when their strings are decoded. */
  async function addOutdated(): Promise<void> {
    for (let from = outdatedNumber(db); from > 0; ) {
      const rows = db.statement(outdated).all(from) as Indexable[];
      addAll(rows.filter(({ payload }) => searchTextOf(payload) !== payload));
      from = (rows.at(-1)?.id ?? 1) - 1;
      await turn();
    }
  }

  async function addNew(): Promise<void> {
    for (;;) {
      const newest = db.statement(newestInRest).get() as { readonly id: number } | undefined;
      const rows = db.statement(notIndexed).all(newest?.id ?? 0) as Indexable[];
      if (rows.length === 0) return;
      addAll(rows);
      await turn();
    }
  }

  return {
    postpone() {},
    async catchUp() {
      db.check();
      if (db.statement(hasRest).get() === undefined) {
        db.statement(makeRest).run();
        await addOutdated();
      }
      await addNew();
    },
    find: (text, query, from, limit) =>
      db.statement(hasRest).get() === undefined
        ? findMatches(db, text, query, from, limit)
        : findInBoth(db, text, query, from, limit),
    close() {},
  };
}

/** Return the rows that match a text, according to the index in the file or the table in memory. */
function findInBoth(
  db: Database,
  text: string,
  { filter: { text: _, ...filter }, also = anything, columns, order = 'newest' }: RowQuery,
  from: Position | undefined,
  limit: number,
): readonly Position[] {
  const match = toMatch(text);
  const isNewest = order === 'newest';
  const first = isNewest ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  const { sql, values } = and(toCondition(filter), also);
  return db
    .statement(
      `SELECT ${columns} FROM (
         SELECT rowid AS found FROM webhook_search WHERE webhook_search MATCH ?
         UNION SELECT rowid FROM temp.webhook_search_rest WHERE webhook_search_rest MATCH ?
       ) CROSS JOIN webhook_logs ON webhook_logs.id = found
       WHERE found ${isNewest ? '<' : '>'} ? AND ${sql} ORDER BY found ${isNewest ? 'DESC' : 'ASC'} LIMIT ?`,
    )
    .all(match, match, from?.id ?? first, ...values, limit) as Position[];
}
