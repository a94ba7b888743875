import { type ListOrder, toSearchText } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { toMatch } from './match-expression.ts';

/** The number of characters of a body that are searched. */
export const searchedCharacters = 65_536;

/** The limits of what one commit indexes. Such a commit takes some milliseconds, and deliveries wait for it. */
const sliceLimits = { rows: 200, characters: searchedCharacters };

/** The number of rows that are checked for outdated entries at a time. It can be higher, because few entries change. */
const reviewedAtOnce = 500;

/** The time without a delivery after which the index is updated in the background, in milliseconds. */
const quietTime = 2000;

const beginning = `substr(payload, 1, ${searchedCharacters}) AS payload`;

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
export interface SearchIndex {
  /** Call this when a delivery arrives. */
  postpone(): void;
  /** Index all deliveries that are not in the index yet. */
  catchUp(): Promise<void>;
  /**
   * Return the numbers of the rows that match a text, in the order of arrival or in the opposite order.
   * @param from the number of the row after which they begin
   */
  match(text: string, order: ListOrder, from: number | undefined, limit: number): readonly number[];
  close(): void;
}

export function createSearchIndex(db: Database): SearchIndex {
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  let closed = false;
  if (outdatedNumber(db) > 0) begin(quietTime);

  function onTime(): void {
    const quiet = performance.now() - since;
    if (quiet < quietTime) {
      begin(quietTime - quiet);
      return;
    }
    timer = undefined;
    indexSlice().then((more) => {
      // Deliveries that arrive in the meantime are stored between two slices.
      if (more && !closed) begin(0);
    }, db.reportError);
  }

  function begin(delay: number): void {
    timer = setTimeout(onTime, delay).unref();
  }

  function indexSlice(): Promise<boolean> {
    return db.write(() => indexNew(db) || renewOutdated(db));
  }

  return {
    postpone() {
      since = performance.now();
      if (timer === undefined) begin(quietTime);
    },
    async catchUp() {
      while (await indexSlice());
    },
    match: (text, order, from, limit) => findMatches(db, text, order, from, limit),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** @returns whether there may be more rows to index */
function indexNew(db: Database): boolean {
  const rows = db.statement(notIndexed).all(0) as Indexable[];
  for (const { id, payload } of rows) writeEntry(db, id, searchTextOf(payload));
  return rows.length > 0;
}

/**
 * Rewrite the newest outdated entries that change when their strings are decoded.
 * @returns whether there may be more outdated entries
 */
function renewOutdated(db: Database): boolean {
  const from = outdatedNumber(db);
  if (from === 0) return false;
  const rows = db.statement(outdated).all(from) as Indexable[];
  let written = 0;
  let next = 0;
  for (const { id, payload } of rows) {
    const text = searchTextOf(payload);
    next = id - 1;
    if (text === payload) continue;
    writeEntry(db, id, text);
    written += text.length;
    if (written >= sliceLimits.characters) break;
  }
  db.statement('UPDATE webhook_file SET outdated_index = ?').run(next);
  return next > 0;
}

export function outdatedNumber(db: Database): number {
  const { number } = db.statement(outdatedUpTo).get() as { readonly number: number };
  return number;
}

function writeEntry(db: Database, id: number, text: string): void {
  db.statement('INSERT OR REPLACE INTO webhook_search (rowid, payload) VALUES (?, ?)').run(id, text);
}

export function searchTextOf(payload: unknown): string {
  return toSearchText(payloadText(payload));
}

/** Return a payload as text. Another program may have written bytes. */
export function payloadText(payload: unknown): string {
  return Buffer.isBuffer(payload) ? payload.toString() : String(payload);
}

/** Return the numbers of the rows that match a text, according to the index in the file. */
export function findMatches(
  db: Database,
  text: string,
  order: ListOrder,
  from: number | undefined,
  limit: number,
): readonly number[] {
  const { operator, direction, first } = matchOrder[order];
  const matches = db
    .statement(
      `SELECT rowid AS id FROM webhook_search WHERE webhook_search MATCH ? AND rowid ${operator} ?
       ORDER BY rowid ${direction} LIMIT ?`,
    )
    .all(toMatch(text), from ?? first, limit) as { readonly id: number }[];
  return matches.map(({ id }) => id);
}

/** The order of row numbers. */
export const matchOrder = {
  newest: { operator: '<', direction: 'DESC', first: Number.MAX_SAFE_INTEGER },
  oldest: { operator: '>', direction: 'ASC', first: Number.MIN_SAFE_INTEGER },
} as const satisfies Readonly<Record<ListOrder, unknown>>;
