import { ConfigurationError } from '../../errors.ts';
import { checkFilter, type DeliveryFilter } from './delivery-filter.ts';
import type { DeliveryRecord } from './delivery-record.ts';

/** A field by which deliveries are counted. */
export type CountKey = 'state' | 'eventType' | 'endpoint' | 'time' | 'scanId' | 'target';

const countKeys: readonly string[] = [
  'state',
  'eventType',
  'endpoint',
  'time',
  'scanId',
  'target',
] satisfies CountKey[];

/** The options of `counts`: the fields to count by, and a filter. */
export interface CountOptions extends Omit<DeliveryFilter, 'text'> {
  /**
   * The fields to count by. `[]` returns one total. With `scanId` or `target`, deliveries that have no such value are not
   * counted.
   * @default ['state']
   */
  readonly by?: readonly CountKey[] | undefined;
  /**
   * The length of a time bucket, in milliseconds, for `by: ['time']`.
   * @default 3600000 (an hour)
   */
  readonly bucket?: number | undefined;
  /**
   * Return only this number of groups, from 1 to 1000: those with the largest counts, the largest first.
   * @default undefined: all groups, in the order of the fields
   * @example
   * await store.counts({ by: ['target'], top: 10 });
   */
  readonly top?: number | undefined;
}

/** The number of deliveries that have the same values in these fields. */
export interface Count {
  readonly count: number;
  readonly state?: string;
  readonly eventType?: string;
  /** `null` for deliveries without an endpoint. */
  readonly endpoint?: string | null;
  /** The beginning of the time bucket, in milliseconds since 1970. */
  readonly time?: number;
  readonly scanId?: string;
  readonly target?: string;
}

/** {@link CountOptions}, checked and with defaults. */
export interface CountRequest {
  readonly by: readonly CountKey[];
  readonly bucket: number;
  readonly top: number | undefined;
  readonly filter: DeliveryFilter;
}

/**
 * Check the options of `counts`.
 * @throws ConfigurationError that names the option
 */
export function readCountOptions({
  by = ['state'],
  bucket = 3_600_000,
  top,
  ...filter
}: CountOptions = {}): CountRequest {
  for (const key of by) {
    if (countKeys.includes(key)) continue;
    throw new ConfigurationError(
      'by',
      `contains ${JSON.stringify(key)}. Use one or more of ${countKeys.join(', ')}.`,
    );
  }
  if (!(bucket >= 1)) throw new ConfigurationError('bucket', 'must be at least 1 millisecond.');
  if (top !== undefined && !(Number.isInteger(top) && top >= 1 && top <= 1000)) {
    throw new ConfigurationError('top', 'must be a whole number from 1 to 1000.');
  }
  checkFilter(filter);
  if ('text' in filter) throw new ConfigurationError('text', 'cannot be used to count. Use list().');
  return { by, bucket: Math.floor(bucket), top, filter };
}

/** Adds up partial counts. */
export interface CountTotals {
  add(counts: Iterable<Count>): void;
  /** Return the totals, in the order of the fields by which they are counted, or only the largest ones. */
  sorted(): readonly Count[];
}

/**
 * Create empty totals, for a store that counts its deliveries in parts.
 * @param top see {@link CountOptions.top}
 */
export function createCountTotals(by: readonly CountKey[], top?: number): CountTotals {
  const totals = new Map<string, Count>();
  const keyOf = (counted: Count) => JSON.stringify(by.map((key) => counted[key]));
  return {
    add(counts) {
      for (const counted of counts) {
        const key = keyOf(counted);
        totals.set(key, { ...counted, count: counted.count + (totals.get(key)?.count ?? 0) });
      }
    },
    sorted() {
      const counts = [...totals.values()].sort((a, b) => compareBy(by, a, b));
      // The sort is stable, so groups of equal size stay in the order of their fields.
      return top === undefined ? counts : counts.sort((a, b) => b.count - a.count).slice(0, top);
    },
  };
}

function compareBy(by: readonly CountKey[], a: Count, b: Count): number {
  for (const key of by) {
    const [left, right] = [a[key] ?? '', b[key] ?? ''];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** Count records. This is for a store that selects in memory. */
export function countRecords(
  records: Iterable<DeliveryRecord>,
  { by, bucket, top }: CountRequest,
): readonly Count[] {
  const totals = createCountTotals(by, top);
  const counted = [...records].filter((record) => hasCounted(record, by));
  totals.add(counted.map((record) => countOf(record, by, bucket)));
  return totals.sorted();
}

function hasCounted({ scanId, target }: DeliveryRecord, by: readonly CountKey[]): boolean {
  return !(by.includes('scanId') && scanId === undefined) && !(by.includes('target') && target === undefined);
}

function countOf(record: DeliveryRecord, by: readonly CountKey[], bucket: number): Count {
  const { state, eventType, endpoint = null, receivedAt, scanId, target } = record;
  const time = Math.floor(receivedAt.getTime() / bucket) * bucket;
  return {
    count: 1,
    ...(by.includes('state') && { state }),
    ...(by.includes('eventType') && { eventType }),
    ...(by.includes('endpoint') && { endpoint }),
    ...(by.includes('time') && { time }),
    ...(by.includes('scanId') && scanId !== undefined && { scanId }),
    ...(by.includes('target') && target !== undefined && { target }),
  };
}
