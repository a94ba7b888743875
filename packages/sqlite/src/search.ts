import type { Commits } from './commits.ts';
import type { Connection } from './connection.ts';
import { toSearchText } from './search-text.ts';

/** Rows, and characters, that are indexed in one go: some milliseconds. A delivery that comes meanwhile waits for no more. */
const sliceLimits = { rows: 200, characters: 65_536 };

/** Rows that are looked at in one go to find those whose entry is outdated. Most are not. */
const reviewedAtOnce = 500;

/** Milliseconds without a delivery after which the index catches up in the background. */
const quietTime = 2000;

const beginning = `substr(payload, 1, ${sliceLimits.characters}) AS payload`;

/**
 * SQLite never gives out a row number twice, so what is past the highest indexed one has not been indexed. The parameter is a
 * number up to which another index has them.
 */
export const notIndexed = `
  SELECT id, payload FROM (
    SELECT id, payload, sum(length(payload)) OVER (ORDER BY id) - length(payload) AS before FROM (
      SELECT id, ${beginning} FROM webhook_logs
      WHERE id > max(coalesce((SELECT rowid FROM webhook_search ORDER BY rowid DESC LIMIT 1), 0), ?)
      ORDER BY id LIMIT ${sliceLimits.rows}
    )
  ) WHERE before < ${sliceLimits.characters}`;

/** Up to this number, the entries were written by an older version, which did not decode strings. */
const outdatedUpTo = 'SELECT outdated_index AS number FROM webhook_file';

export const outdated = `SELECT id, ${beginning} FROM webhook_logs WHERE id <= ? ORDER BY id DESC LIMIT ${reviewedAtOnce}`;

/** A body's beginning, and the number of its row. */
export interface Indexable {
  readonly id: number;
  readonly payload: unknown;
}

/** The full text of payloads. It is not written with a delivery: it follows in quiet times, or when it is asked for. */
export interface Search {
  /** To be called when a delivery comes. */
  postpone(): void;
  catchUp(): Promise<void>;
  close(): void;
}

export function createSearch(
  connection: Connection,
  commits: Commits,
  onError: (error: unknown) => void,
): Search {
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  let closed = false;
  if (outdatedNumber(connection) > 0) begin(quietTime);

  function onTime(): void {
    const quiet = performance.now() - since;
    if (quiet < quietTime) {
      begin(quietTime - quiet);
      return;
    }
    timer = undefined;
    indexSlice().then((more) => {
      // By slices, so that a delivery that comes meanwhile is not held up.
      if (more && !closed) begin(0);
    }, onError);
  }

  function begin(delay: number): void {
    timer = setTimeout(onTime, delay).unref();
  }

  function indexSlice(): Promise<boolean> {
    return commits.write(() => indexNew(connection) || renewOutdated(connection));
  }

  return {
    postpone() {
      since = performance.now();
      if (timer === undefined) begin(quietTime);
    },
    async catchUp() {
      while (await indexSlice());
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** @returns whether there may be more */
function indexNew(connection: Connection): boolean {
  const rows = connection.statement(notIndexed).all(0) as Indexable[];
  for (const { id, payload } of rows) writeEntry(connection, id, searchTextOf(payload));
  return rows.length > 0;
}

/**
 * Writes the newest of the outdated entries again, if decoding changes anything about them.
 * @returns whether there may be more
 */
function renewOutdated(connection: Connection): boolean {
  const from = outdatedNumber(connection);
  if (from === 0) return false;
  const rows = connection.statement(outdated).all(from) as Indexable[];
  let written = 0;
  let next = 0;
  for (const { id, payload } of rows) {
    const text = searchTextOf(payload);
    next = id - 1;
    if (text === payload) continue;
    writeEntry(connection, id, text);
    written += text.length;
    if (written >= sliceLimits.characters) break;
  }
  connection.statement('UPDATE webhook_file SET outdated_index = ?').run(next);
  return next > 0;
}

export function outdatedNumber(connection: Connection): number {
  const { number } = connection.statement(outdatedUpTo).get() as { readonly number: number };
  return number;
}

function writeEntry(connection: Connection, id: number, text: string): void {
  connection.statement('INSERT OR REPLACE INTO webhook_search (rowid, payload) VALUES (?, ?)').run(id, text);
}

export function searchTextOf(payload: unknown): string {
  return toSearchText(Buffer.isBuffer(payload) ? payload.toString() : String(payload));
}
