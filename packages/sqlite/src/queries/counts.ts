import { setImmediate as turn } from 'node:timers/promises';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { Connection } from '../database/writable-connection.ts';
import { type Condition, type DeliveryFilter, leadOfTime, toCondition } from './filter-conditions.ts';
import { and, behind, conditionOf, downTo, type Place, placeAfter, type Read } from './index-scan.ts';

/** What deliveries are counted by. */
export type CountKey = 'state' | 'type' | 'endpoint' | 'time';

export interface CountOptions
  extends Pick<DeliveryFilter, 'type' | 'state' | 'endpoint' | 'since' | 'until'> {
  /** @default ['state'] */
  readonly by?: readonly CountKey[];
  /**
   * The length of a time bucket, in milliseconds, for `by: ['time']`.
   * @default 3600000 (an hour)
   */
  readonly bucket?: number;
}

export interface Count {
  readonly count: number;
  readonly state?: string;
  readonly type?: string;
  readonly endpoint?: string | null;
  /** When the bucket begins, in milliseconds since 1970. */
  readonly time?: number;
}

const expressions: Readonly<Record<CountKey, string>> = {
  state: 'state',
  type: 'event_type',
  endpoint: 'endpoint',
  time: 'received_at / CAST(@bucket AS INTEGER) * CAST(@bucket AS INTEGER)',
};

/** Entries of the time index that are counted in one go: some milliseconds. */
const countedAtOnce = 10_000;

/**
 * In slices, so that a count over millions holds up nobody: what changes meanwhile is counted as it is met, and once.
 */
export async function count(
  connection: Connection,
  read: Read,
  { by = ['state'], bucket = 3_600_000, ...filter }: CountOptions,
): Promise<readonly Count[]> {
  for (const key of by) {
    if (Object.hasOwn(expressions, key)) continue;
    throw new ConfigurationError(
      'by',
      `has ${JSON.stringify(key)}. Known: ${Object.keys(expressions).join(', ')}.`,
    );
  }
  if (!(bucket >= 1)) throw new ConfigurationError('bucket', 'must be 1 or more milliseconds.');
  const wanted = toCondition(filter);
  const within = conditionOf(leadOfTime, filter);
  const totals = createTotals(by);
  for (let after: Place | undefined; ; ) {
    const end = await read(() => {
      const place = placeAfter(connection, leadOfTime, within, after, countedAtOnce);
      totals.add(countSlice(connection, by, bucket, and(wanted, behind(after), downTo(place))));
      return place;
    });
    if (end === undefined) return totals.sorted();
    after = end;
    await turn();
  }
}

/** The time index covers it, so no row is read. */
function countSlice(
  connection: Connection,
  by: readonly CountKey[],
  bucket: number,
  { sql, values }: Condition,
): readonly Count[] {
  const keys = by.map((key) => `${expressions[key]} AS ${key}`);
  const group = by.length === 0 ? '' : `GROUP BY ${by.map((_, index) => index + 1).join(', ')}`;
  const named = by.includes('time') ? [{ bucket: Math.floor(bucket) }] : [];
  return connection
    .statement(
      `SELECT ${[...keys, 'count(*) AS count'].join(', ')} FROM webhook_logs INDEXED BY webhook_logs_time
       WHERE ${sql} ${group}`,
    )
    .all(...values, ...named) as Count[];
}

/** Add up the counts of all slices. */
function createTotals(by: readonly CountKey[]) {
  const totals = new Map<string, Count>();
  const keyOf = (counted: Count) => JSON.stringify(by.map((key) => counted[key]));
  return {
    add(slice: readonly Count[]): void {
      for (const counted of slice) {
        const key = keyOf(counted);
        totals.set(key, { ...counted, count: counted.count + (totals.get(key)?.count ?? 0) });
      }
    },
    sorted: () => [...totals.values()].sort((a, b) => compareBy(by, a, b)),
  };
}

function compareBy(by: readonly CountKey[], a: Count, b: Count): number {
  for (const key of by) {
    const [left, right] = [a[key] ?? '', b[key] ?? ''];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
