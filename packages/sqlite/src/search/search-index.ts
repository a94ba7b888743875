import { toSearchText } from '@spiderfoot-webhooks/core/stores';
import type { Commits } from '../database/group-commit.ts';
import type { Connection } from '../database/writable-connection.ts';

/**
 * Rows, and characters, that are indexed in one go: some milliseconds. A delivery that comes meanwhile waits for no
 * more.
 */
const sliceLimits = { rows: 200, characters: 65_536 };

/** The number of rows that are checked for outdated entries at a time. Most entries are not outdated. */
const reviewedAtOnce = 500;

/** The time without a delivery after which the index is updated in the background, in milliseconds. */
const quietTime = 2000;

const beginning = `substr(payload, 1, ${sliceLimits.characters}) AS payload`;

/**
 * Selects the rows that are not indexed. SQLite never reuses a row number, so these are the rows after the highest
 * indexed number. The parameter is the number up to which another index contains them.
 */
export const notIndexed = `
  SELECT id, payload FROM (
    SELECT id, payload, sum(length(payload)) OVER (ORDER BY id) - length(payload) AS before FROM (
      SELECT id, ${beginning} FROM webhook_logs
      WHERE id > max(coalesce((SELECT rowid FROM webhook_search ORDER BY rowid DESC LIMIT 1), 0), ?)
      ORDER BY id LIMIT ${sliceLimits.rows}
    )
  ) WHERE before < ${sliceLimits.characters}`;

/** Entries up to this number were written by an older version, which did not decode strings. */
const outdatedUpTo = 'SELECT outdated_index AS number FROM webhook_file';

export const outdated = `SELECT id, ${beginning} FROM webhook_logs WHERE id <= ? ORDER BY id DESC LIMIT ${reviewedAtOnce}`;

/** The beginning of a body, and its row number. */
export interface Indexable {
  readonly id: number;
  readonly payload: unknown;
}

/**
 * The full-text index of payloads. It is not updated with each delivery, but when the store is idle or before a
 * search.
 */
export interface Search {
  /** Call this when a delivery arrives. */
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

/** @returns whether there may be more rows to index */
function indexNew(connection: Connection): boolean {
  const rows = connection.statement(notIndexed).all(0) as Indexable[];
  for (const { id, payload } of rows) writeEntry(connection, id, searchTextOf(payload));
  return rows.length > 0;
}

/**
 * Rewrite the newest outdated entries that change when their strings are decoded.
 * @returns whether there may be more outdated entries
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
