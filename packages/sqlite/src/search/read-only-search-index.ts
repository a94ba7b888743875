import { setImmediate as turn } from 'node:timers/promises';
import type { ListOrder } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { toMatch } from './match-expression.ts';
import {
  findMatches,
  type Indexable,
  matchOrder,
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
    match: (text, order, from, limit) =>
      db.statement(hasRest).get() === undefined
        ? findMatches(db, text, order, from, limit)
        : findInBoth(db, text, order, from, limit),
    close() {},
  };
}

/** Return the rows that match a text, according to the index in the file or the table in memory. */
function findInBoth(
  db: Database,
  text: string,
  order: ListOrder,
  from: number | undefined,
  limit: number,
): readonly number[] {
  const { operator, direction, first } = matchOrder[order];
  const [match, start] = [toMatch(text), from ?? first];
  const matches = db
    .statement(
      `SELECT rowid AS id FROM webhook_search WHERE webhook_search MATCH ? AND rowid ${operator} ?
       UNION SELECT rowid FROM temp.webhook_search_rest WHERE webhook_search_rest MATCH ? AND rowid ${operator} ?
       ORDER BY id ${direction} LIMIT ?`,
    )
    .all(match, start, match, start, limit) as { readonly id: number }[];
  return matches.map(({ id }) => id);
}
