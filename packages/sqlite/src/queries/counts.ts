import { setImmediate as turn } from 'node:timers/promises';
import {
  type Count,
  type CountKey,
  type CountOptions,
  createCountTotals,
  readCountOptions,
} from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { and, type Condition } from './condition.ts';
import { withoutTime } from './filter-conditions.ts';
import type { Position } from './position.ts';
import { after, inSpan, spanOf, upTo } from './span.ts';
import {
  entriesOf,
  indexesFor,
  positionAfter,
  type TimeOrderedIndex,
  timeIndex,
} from './time-ordered-index.ts';

const expressions: Readonly<Record<CountKey, string>> = {
  state: 'state',
  eventType: 'event_type',
  endpoint: 'endpoint',
  scanId: 'scan_id',
  target: 'target',
  time: 'received_at / CAST(@bucket AS INTEGER) * CAST(@bucket AS INTEGER)',
};

/** Deliveries without a scan or a target are not counted by it. */
const present = [
  { key: 'scanId', sql: 'scan_id IS NOT NULL', values: [] },
  { key: 'target', sql: 'target IS NOT NULL', values: [] },
] as const satisfies readonly (Condition & { readonly key: CountKey })[];

/** The fields that the time index does not contain. */
const inRowsOnly: ReadonlySet<string> = new Set(['scanId', 'target'] satisfies CountKey[]);

/** Entries of the time index that are counted in one turn of the event loop. This takes some milliseconds. */
const countedAtOnce = 10_000;

/** Rows that are counted in one turn, if the count needs values that the time index lacks. */
const rowsAtOnce = 1000;

/**
 * Count deliveries in slices, so that a count over millions of them does not block the event loop. Each delivery is
 * counted once, in its state when its slice is read.
 */
export async function countDeliveries(
  db: Database,
  options: CountOptions | undefined,
): Promise<readonly Count[]> {
  const { by, bucket, top, filter } = readCountOptions(options);
  const wanted = and(withoutTime(filter), ...present.filter(({ key }) => by.includes(key)));
  // The index by time contains no scans and targets, so the rows with one value of them are counted by their own index.
  const index =
    indexesFor(filter).find(({ filters: [name] }) => name === 'scanId' || name === 'target') ?? timeIndex;
  const entries = entriesOf(index, filter);
  const readsRows =
    index !== timeIndex || [...by, ...Object.keys(filter)].some((name) => inRowsOnly.has(name));
  const atOnce = readsRows ? rowsAtOnce : countedAtOnce;
  const totals = createCountTotals(by, top);
  for (let from: Position | undefined; ; ) {
    const end = await db.read(() => {
      const rest = after(spanOf(filter), from, 'newest');
      const position = positionAfter(db, index, entries, rest, atOnce);
      totals.add(countSlice(db, index, by, bucket, and(wanted, inSpan(upTo(rest, position, 'newest')))));
      return position;
    });
    if (end === undefined) return totals.sorted();
    from = end;
    await turn();
  }
}

/** The time index contains states, types and endpoints, so that no row is read to count by them. */
function countSlice(
  db: Database,
  { index }: TimeOrderedIndex,
  by: readonly CountKey[],
  bucket: number,
  { sql, values }: Condition,
): readonly Count[] {
  const keys = by.map((key) => `${expressions[key]} AS ${key}`);
  const group = by.length === 0 ? '' : `GROUP BY ${by.map((_, index) => index + 1).join(', ')}`;
  const named = by.includes('time') ? [{ bucket }] : [];
  return db
    .statement(
      `SELECT ${[...keys, 'count(*) AS count'].join(', ')} FROM webhook_logs INDEXED BY ${index}
       WHERE ${sql} ${group}`,
    )
    .all(...values, ...named) as Count[];
}
