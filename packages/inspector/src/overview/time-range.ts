import { readTime } from '../filters/time-filter.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The ranges that can be chosen: their length, and that of a bar of the chart. */
const ranges = {
  hour: { length: hour, bucket: minute },
  day: { length: day, bucket: hour / 2 },
  week: { length: 7 * day, bucket: 3 * hour },
  month: { length: 30 * day, bucket: 12 * hour },
} as const;

export type RangeName = keyof typeof ranges;

export const rangeNames: readonly RangeName[] = ['hour', 'day', 'week', 'month'];

/** A range of time, and the length of its parts in milliseconds. */
export interface TimeRange {
  /** `undefined` for a range that was selected in the chart. */
  readonly name: RangeName | undefined;
  readonly since: Date;
  readonly until: Date;
  readonly bucket: number;
}

/** The bars of a chart whose range was selected. */
const bars = 60;
/** The shortest and the longest range that can be selected, in milliseconds. */
const [shortest, longest] = [minute, 3660 * day];

/**
 * Read the range of a query: `range`, or `since` and `until`.
 * @throws ConfigurationError that names an invalid time
 */
export function readTimeRange(query: URLSearchParams, now = Date.now()): TimeRange {
  const since = query.get('since');
  if (since === null || since === '') {
    const name = rangeNames.find((known) => known === query.get('range')) ?? 'day';
    const { length, bucket } = ranges[name];
    // The range ends with a bucket, so that the numbers of a second are the same for every reader.
    const until = Math.floor(now / bucket) * bucket + bucket;
    return { name, since: new Date(until - length), until: new Date(until), bucket };
  }
  const from = readTime('since', since, now).getTime();
  const wanted = readTime('until', query.get('until') || new Date(now).toISOString(), now).getTime();
  const length = Math.min(Math.max(wanted - from, shortest), longest);
  const bucket = Math.max(1000, Math.ceil(length / bars / 1000) * 1000);
  return { name: undefined, since: new Date(from), until: new Date(from + length), bucket };
}
