import { setImmediate as turn } from 'node:timers/promises';
import type { DeliveryFilter, ListOrder } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { and, anything, type Condition } from './condition.ts';
import { valuesOf, withoutTime } from './filter-conditions.ts';
import { comparePositions, orderBy, type Position } from './position.ts';
import { after, inSpan, spanOf, upTo } from './span.ts';
import {
  entriesOf,
  type IndexedFilter,
  indexesFor,
  positionAfter,
  type TimeOrderedIndex,
  timeIndex,
} from './time-ordered-index.ts';

/** Entries of an index that are read in one turn of the event loop. This takes some milliseconds. */
const entriesAtOnce = 2000;

/** The most combinations of values that are read one after another. */
const mostParts = 100;

/** Selects rows of deliveries. */
export interface RowQuery {
  readonly filter: DeliveryFilter;
  /** A condition in addition to the filter. */
  readonly also?: Condition;
  /** The columns of the rows. They must include `id` and `received_at`. */
  readonly columns: string;
  /** @default 'newest' */
  readonly order?: ListOrder;
  /** The time at which the search ends, on the clock of `performance.now()`. @default never */
  readonly endsAt?: number;
}

/** The rows that were found. */
export interface FoundRows {
  readonly rows: readonly Position[];
  /** The position at which the search ended. `undefined` if it found all rows, or as many as were wanted. */
  readonly searchedTo: Position | undefined;
}

/**
 * Return rows of deliveries after a position. If several conditions must hold, few rows may match, far
 * apart. So the index is read in slices, and the event loop turns between them.
 * @param query a query without `text`
 */
export async function scanIndex(
  db: Database,
  query: RowQuery,
  from: Position | undefined,
  limit: number,
): Promise<FoundRows> {
  const filters = await db.read(() => splitFilter(db, query));
  const [only, ...more] = filters;
  if (only !== undefined && more.length === 0) {
    return scanOneIndex(db, { ...query, filter: only }, from, limit);
  }
  const found: Position[] = [];
  for (const filter of filters) {
    // Each part is read at once or in few slices, so the search is not ended between them.
    const { rows } = await scanOneIndex(db, { ...query, filter, endsAt: Infinity }, from, limit);
    found.push(...rows);
    await turn();
  }
  const rows = found.sort(comparePositions[query.order ?? 'newest']).slice(0, limit);
  return { rows, searchedTo: undefined };
}

/**
 * Divide a filter with several values of its fields into filters with one value each, whose rows an index contains in the
 * order of time, if this reads fewer entries.
 */
function splitFilter(db: Database, { filter, also = anything }: RowQuery): readonly DeliveryFilter[] {
  const several = indexedFilters.filter((name) => valuesOf(filter[name] ?? []).length > 1);
  const parts = several.reduce((product, name) => product * valuesOf(filter[name] ?? []).length, 1);
  if (parts <= mostParts) {
    const combined = several.reduce((all, name) => all.flatMap((part) => split(part, name)), [filter]);
    if (combined.every((part) => exactIndex(part, also) !== undefined)) return combined;
  }
  return several.map((name) => split(filter, name)).find((some) => areFew(db, some)) ?? [filter];
}

const indexedFilters = [
  'scanId',
  'target',
  'state',
  'eventType',
  'endpoint',
] as const satisfies IndexedFilter[];

function split(filter: DeliveryFilter, name: IndexedFilter): readonly DeliveryFilter[] {
  return valuesOf(filter[name] ?? []).map((value): DeliveryFilter => ({ ...filter, [name]: value }));
}

/** Return whether the entries of several filters together are few. */
function areFew(db: Database, filters: readonly DeliveryFilter[]): boolean {
  let left = filters.length > mostParts ? 0 : entriesAtOnce;
  for (const filter of filters) {
    if (left <= 0) return false;
    left -= fewestEntries(db, filter, entriesAtOnce)?.entries ?? entriesAtOnce;
  }
  return left > 0;
}

async function scanOneIndex(
  db: Database,
  { filter, also = anything, columns, order = 'newest', endsAt = Number.POSITIVE_INFINITY }: RowQuery,
  from: Position | undefined,
  limit: number,
): Promise<FoundRows> {
  const wanted = and(withoutTime(filter), also);
  const exact = exactIndex(filter, also);
  const index = exact ?? (await db.read(() => chooseIndex(db, filter)));
  const entries = entriesOf(index, filter);
  const rows: Position[] = [];
  for (let start = from; ; ) {
    const end = await db.read(() => {
      const rest = after(spanOf(filter), start, order);
      const position = exact ? undefined : positionAfter(db, index, entries, rest, entriesAtOnce, order);
      const slice = and(wanted, inSpan(upTo(rest, position, order)));
      rows.push(...select(db, index, columns, slice, order, limit - rows.length));
      return position;
    });
    if (rows.length >= limit || end === undefined) return { rows, searchedTo: undefined };
    if (performance.now() >= endsAt) return { rows, searchedTo: end };
    start = end;
    await turn();
  }
}

function select(
  db: Database,
  { index }: TimeOrderedIndex,
  columns: string,
  { sql, values }: Condition,
  order: ListOrder,
  limit: number,
): readonly Position[] {
  return db
    .statement(
      `SELECT ${columns} FROM webhook_logs INDEXED BY ${index} WHERE ${sql} ${orderBy[order]} LIMIT ?`,
    )
    .all(...values, limit) as Position[];
}

/** Return the index whose entries are the rows of a filter. `undefined` if no index contains exactly these. */
function exactIndex(filter: DeliveryFilter, also: Condition): TimeOrderedIndex | undefined {
  if (also !== anything) return undefined;
  const count = countConditions(filter);
  return [...indexesFor(filter), timeIndex].find(({ filters }) => filters.length === count);
}

/** Choose the index with the fewest entries to read. */
function chooseIndex(db: Database, filter: DeliveryFilter): TimeOrderedIndex {
  const fewest = fewestEntries(db, filter, entriesAtOnce);
  if (fewest !== undefined && fewest.entries < entriesAtOnce) return fewest.index;
  // Only the index by time contains the values of the other conditions.
  return (
    indexesFor(filter).find(({ filters: [name] }) => name === 'scanId' || name === 'target') ?? timeIndex
  );
}

/** Count the conditions of a filter, without those on the time, which every index can answer. */
function countConditions({ since: _, until: _2, ...conditions }: DeliveryFilter): number {
  return Object.values(conditions).filter((value) => value !== undefined).length;
}

/** Return the index with the fewest entries. At most `most` entries are counted, because more make no difference. */
export function fewestEntries(
  db: Database,
  filter: DeliveryFilter,
  most: number,
): { readonly index: TimeOrderedIndex; readonly entries: number } | undefined {
  const isLimited = filter.since !== undefined || filter.until !== undefined;
  const [fewest] = [...indexesFor(filter), ...(isLimited ? [timeIndex] : [])]
    .map((index) => ({ index, entries: countEntries(db, index, filter, most) }))
    .sort((a, b) => a.entries - b.entries);
  return fewest;
}

function countEntries(db: Database, index: TimeOrderedIndex, filter: DeliveryFilter, most: number): number {
  const { sql, values } = and(entriesOf(index, filter), inSpan(spanOf(filter)));
  const counted = db
    .statement(
      `SELECT count(*) AS entries FROM (SELECT 1 FROM webhook_logs INDEXED BY ${index.index} WHERE ${sql} LIMIT ?)`,
    )
    .get(...values, most) as { readonly entries: number };
  return counted.entries;
}
