import { setImmediate as turn } from 'node:timers/promises';
import type { Connection } from '../database/writable-connection.ts';
import {
  type Indexable,
  notIndexed,
  outdated,
  outdatedNumber,
  type Search,
  searchTextOf,
} from './search-index.ts';

/** A table in memory with the entries that the index in the file does not have yet. */
const makeRest = `CREATE VIRTUAL TABLE temp.webhook_search_rest USING fts5 (payload, content = '')`;

export const hasRest = "SELECT 1 FROM temp.sqlite_schema WHERE name = 'webhook_search_rest'";

const newestInRest = 'SELECT rowid AS id FROM temp.webhook_search_rest ORDER BY rowid DESC LIMIT 1';

const addToRest = 'INSERT INTO temp.webhook_search_rest (rowid, payload) VALUES (?, ?)';

/** The full-text search of a file that is open for reading only. */
export function createReadOnlySearch(connection: Connection): Search {
  function add({ id, payload }: Indexable): void {
    connection.statement(addToRest).run(id, searchTextOf(payload));
  }

  /** Entries of an older version that change when their strings are decoded. */
  async function addOutdated(): Promise<void> {
    for (let from = outdatedNumber(connection); from > 0; ) {
      const rows = connection.statement(outdated).all(from) as Indexable[];
      rows.filter(({ payload }) => searchTextOf(payload) !== payload).forEach(add);
      from = (rows.at(-1)?.id ?? 1) - 1;
      await turn();
    }
  }

  async function addNew(): Promise<void> {
    for (;;) {
      const newest = connection.statement(newestInRest).get() as { readonly id: number } | undefined;
      const rows = connection.statement(notIndexed).all(newest?.id ?? 0) as Indexable[];
      if (rows.length === 0) return;
      rows.forEach(add);
      await turn();
    }
  }

  return {
    postpone() {},
    async catchUp() {
      connection.check();
      if (connection.statement(hasRest).get() === undefined) {
        connection.statement(makeRest).run();
        await addOutdated();
      }
      await addNew();
    },
    close() {},
  };
}
