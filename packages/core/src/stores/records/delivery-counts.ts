import { ConfigurationError } from '../../errors.ts';
import { checkFilter, type DeliveryFilter } from './delivery-filter.ts';
import type { DeliveryRecord } from './delivery-record.ts';

/** A field by which deliveries are counted. */
export type CountKey = 'state' | 'eventType' | 'endpoint' | 'time';

const countKeys: readonly string[] = ['state', 'eventType', 'endpoint', 'time'] satisfies CountKey[];

/** The options of `counts`: the fields to count by, and a filter. */
export interface CountOptions
  extends Pick<DeliveryFilter, 'eventType' | 'state' | 'endpoint' | 'since' | 'until'> {
  /**
   * The fields to count by. `[]` returns one total.
   * @default ['state']
   */
  readonly by?: readonly CountKey[] | undefined;
  /**
   * The length of a time bucket, in milliseconds, for `by: ['time']`.
   * @default 3600000 (an hour)
   */
  readonly bucket?: number | undefined;
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
}

/** {@link CountOptions}, checked and with defaults. */
export interface CountRequest {
  readonly by: readonly CountKey[];
  readonly bucket: number;
  readonly filter: DeliveryFilter;
}

/**
 * Check the options of `counts`.
 * @throws ConfigurationError that names the option
 */
export function readCountOptions({
  by = ['state'],
  bucket = 3_600_000,
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
  checkFilter(filter);
  if ('text' in filter) throw new ConfigurationError('text', 'cannot be used to count. Use list().');
  return { by, bucket: Math.floor(bucket), filter };
}

/** Adds up partial counts. */
export interface CountTotals {
  add(counts: Iterable<Count>): void;
  /** Return the totals, in the order of the fields by which they are counted. */
  sorted(): readonly Count[];
}

/** Create empty totals, for a store that counts its deliveries in parts. */
export function createCountTotals(by: readonly CountKey[]): CountTotals {
  const totals = new Map<string, Count>();
  const keyOf = (counted: Count) => JSON.stringify(by.map((key) => counted[key]));
  return {
    add(counts) {
      for (const counted of counts) {
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

/** Count records. This is for a store that selects in memory. */
export function countRecords(
  records: Iterable<DeliveryRecord>,
  { by, bucket }: CountRequest,
): readonly Count[] {
  const totals = createCountTotals(by);
  totals.add([...records].map((record) => countOf(record, by, bucket)));
  return totals.sorted();
}

function countOf(record: DeliveryRecord, by: readonly CountKey[], bucket: number): Count {
  const { state, eventType, endpoint = null, receivedAt } = record;
  const time = Math.floor(receivedAt.getTime() / bucket) * bucket;
  return {
    count: 1,
    ...(by.includes('state') && { state }),
    ...(by.includes('eventType') && { eventType }),
    ...(by.includes('endpoint') && { endpoint }),
    ...(by.includes('time') && { time }),
  };
}
