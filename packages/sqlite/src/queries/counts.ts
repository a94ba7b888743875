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
import { toCondition } from './filter-conditions.ts';
import { after, type Position, upTo } from './position.ts';
import { positionAfter, rangeOf, timeIndex } from './time-ordered-index.ts';

const expressions: Readonly<Record<CountKey, string>> = {
  state: 'state',
  eventType: 'event_type',
  endpoint: 'endpoint',
  time: 'received_at / CAST(@bucket AS INTEGER) * CAST(@bucket AS INTEGER)',
};

/** Entries of the time index that are counted in one turn of the event loop. This takes some milliseconds. */
const countedAtOnce = 10_000;

/**
 * Count deliveries in slices, so that a count over millions of them does not block the event loop. Each delivery is
 * counted once, in its state when its slice is read.
 */
export async function countDeliveries(
  db: Database,
  options: CountOptions | undefined,
): Promise<readonly Count[]> {
  const { by, bucket, filter } = readCountOptions(options);
  const wanted = toCondition(filter);
  const range = rangeOf(timeIndex, filter);
  const totals = createCountTotals(by);
  for (let from: Position | undefined; ; ) {
    const end = await db.read(() => {
      const position = positionAfter(db, timeIndex, range, from, countedAtOnce);
      totals.add(countSlice(db, by, bucket, and(wanted, after(from, 'newest'), upTo(position, 'newest'))));
      return position;
    });
    if (end === undefined) return totals.sorted();
    from = end;
    await turn();
  }
}

/** Count with the time index only. It contains all these columns, so no row is read. */
function countSlice(
  db: Database,
  by: readonly CountKey[],
  bucket: number,
  { sql, values }: Condition,
): readonly Count[] {
  const keys = by.map((key) => `${expressions[key]} AS ${key}`);
  const group = by.length === 0 ? '' : `GROUP BY ${by.map((_, index) => index + 1).join(', ')}`;
  const named = by.includes('time') ? [{ bucket }] : [];
  return db
    .statement(
      `SELECT ${[...keys, 'count(*) AS count'].join(', ')} FROM webhook_logs INDEXED BY webhook_logs_time
       WHERE ${sql} ${group}`,
    )
    .all(...values, ...named) as Count[];
}
