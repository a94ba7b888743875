import { setImmediate as turn } from 'node:timers/promises';
import type { DeliveryFilter, ListOrder } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { and, anything, type Condition } from './condition.ts';
import { toCondition, valuesOf } from './filter-conditions.ts';
import { after, comparePositions, orderBy, type Position, upTo } from './position.ts';
import {
  type IndexedFilter,
  indexesFor,
  indexesForSeveral,
  positionAfter,
  rangeOf,
  type TimeOrderedIndex,
  timeIndex,
} from './time-ordered-index.ts';

/** Entries of an index that are read in one turn of the event loop. This takes some milliseconds. */
const entriesAtOnce = 2000;

/** The most values of a field that are read one after another. */
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
): Promise<readonly Position[]> {
  const filters = await db.read(() => splitFilter(db, query));
  const found: Position[] = [];
  for (const [index, filter] of filters.entries()) {
    if (index > 0) await turn();
    found.push(...(await scanOneIndex(db, { ...query, filter }, from, limit)));
  }
  return filters.length === 1 ? found : found.sort(comparePositions[query.order ?? 'newest']).slice(0, limit);
}

/**
 * Divide a filter with several values of one field into filters with one value each, whose rows an index contains in the
 * order of time, if this reads fewer entries.
 */
function splitFilter(db: Database, { filter, also = anything }: RowQuery): readonly DeliveryFilter[] {
  for (const { filter: name, index } of indexesForSeveral(filter)) {
    const filters = valuesOf(filter[name] ?? []).map(
      (value): DeliveryFilter => ({ ...filter, [name]: value }),
    );
    const isOnly = also === anything && countConditions(filter) === 1;
    if (filters.length > mostParts) continue;
    if (isOnly || areFew(db, index, name, filters)) return filters;
  }
  return [filter];
}

/** Return whether the entries of several values together are few. */
function areFew(
  db: Database,
  index: string,
  name: IndexedFilter,
  filters: readonly DeliveryFilter[],
): boolean {
  let left = entriesAtOnce;
  for (const filter of filters) {
    left -= countEntries(db, { index, filter: name }, filter);
    if (left <= 0) return false;
  }
  return true;
}

async function scanOneIndex(
  db: Database,
  { filter, also = anything, columns, order = 'newest' }: RowQuery,
  from: Position | undefined,
  limit: number,
): Promise<readonly Position[]> {
  const wanted = and(toCondition(filter), also);
  const { index, isExact } = await db.read(() => chooseIndex(db, filter, also));
  const range = rangeOf(index, filter);
  const found: Position[] = [];
  for (let start = from; ; ) {
    const { rows, end } = await db.read(() => {
      const position = isExact ? undefined : positionAfter(db, index, range, start, entriesAtOnce, order);
      const slice = and(wanted, after(start, order), upTo(position, order));
      return { rows: select(db, index, columns, slice, order, limit - found.length), end: position };
    });
    found.push(...rows);
    if (found.length >= limit || end === undefined) return found;
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

/** Choose the index with the fewest entries to read, and return whether every entry matches. */
function chooseIndex(
  db: Database,
  filter: DeliveryFilter,
  also: Condition,
): { readonly index: TimeOrderedIndex; readonly isExact: boolean } {
  const indexes = indexesFor(filter);
  const count = countConditions(filter);
  if (also === anything && count === indexes.length && count <= 1) {
    return { index: indexes[0] ?? timeIndex, isExact: true };
  }
  const [fewest] = indexes
    .map((index) => ({ index, entries: countEntries(db, index, filter) }))
    .sort((a, b) => a.entries - b.entries);
  if (fewest !== undefined && fewest.entries < entriesAtOnce) return { index: fewest.index, isExact: false };
  // Only the index by time contains the values of the other conditions.
  const index = indexes.find(({ filter: name }) => name === 'scanId' || name === 'target') ?? timeIndex;
  return { index, isExact: false };
}

/** Count the conditions of a filter, without those on the time, which every index can answer. */
function countConditions({ since: _, until: _2, ...conditions }: DeliveryFilter): number {
  return Object.values(conditions).filter((value) => value !== undefined).length;
}

/** Count the entries to read, up to the number from which it makes no difference. */
function countEntries(db: Database, index: TimeOrderedIndex, filter: DeliveryFilter): number {
  const { sql, values } = rangeOf(index, filter);
  const counted = db
    .statement(
      `SELECT count(*) AS entries FROM (SELECT 1 FROM webhook_logs INDEXED BY ${index.index} WHERE ${sql} LIMIT ?)`,
    )
    .get(...values, entriesAtOnce) as { readonly entries: number };
  return counted.entries;
}
