import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { readTime } from '../filters/time-filter.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The ranges that the page offers: the length of one bar of the chart, and the number of bars. */
const ranges = {
  hour: { bucket: minute, bars: 60 },
  day: { bucket: hour / 2, bars: 48 },
  week: { bucket: 3 * hour, bars: 56 },
  month: { bucket: 12 * hour, bars: 60 },
};

export type RangeName = keyof typeof ranges;

/** The ranges that the page offers, the shortest first. */
export const rangeNames = Object.keys(ranges).filter(isRangeName);

/** The bars of a selected range. A longer bar has a whole number of days. */
const buckets = [
  ...[second, 5 * second, 15 * second, minute, 5 * minute, 15 * minute, hour / 2],
  ...[hour, 3 * hour, 6 * hour, 12 * hour, day],
];
const mostBars = 60;

/** The time that the overview shows. */
export interface TimeRange {
  /** `undefined` if `since` or `until` is in the query, for example because it was selected in the chart. */
  readonly name: RangeName | undefined;
  readonly since: Date;
  /** `undefined` if the range ends now. */
  readonly until: Date | undefined;
  /** The length of one bar of the chart, in milliseconds. */
  readonly bucket: number;
  /** The beginnings of the bars, in milliseconds since 1970. There are at least two. */
  readonly times: readonly number[];
  /** The query that selects this range. */
  readonly query: Readonly<Record<string, string | undefined>>;
}

/**
 * Read the range of a query: `range`, or `since` and `until`. The default is a day.
 * @throws ConfigurationError that names the parameter
 */
export function readTimeRange(query: URLSearchParams, now = Date.now()): TimeRange {
  const [since, until] = [query.get('since') || undefined, query.get('until') || undefined];
  if (since !== undefined || until !== undefined) return selectedRange(since, until, now);
  const name = query.get('range') || 'day';
  if (!isRangeName(name)) {
    throw new ConfigurationError(
      'range',
      `must be one of ${rangeNames.join(', ')} (got ${JSON.stringify(name)}).`,
    );
  }
  const { bucket, bars } = ranges[name];
  // A bar is complete or current, so that the first one is not lower than the others.
  const first = floor(now, bucket) - (bars - 1) * bucket;
  const times = timesFrom(first, now, bucket);
  return { name, since: new Date(first), until: undefined, bucket, times, query: { range: name } };
}

function selectedRange(since: string | undefined, until: string | undefined, now: number): TimeRange {
  const end = until === undefined ? now : readTime('until', until, now).getTime();
  // Whole seconds, so that a range such as "24h" is read once a second and not for each viewer.
  const begin = floor(since === undefined ? end - day : readTime('since', since, now).getTime(), second);
  if (begin >= end) throw new ConfigurationError('since', 'must be before the end of the range.');
  const bar = (end - begin) / mostBars;
  const bucket = buckets.find((length) => length >= bar) ?? Math.ceil(bar / day) * day;
  return {
    name: undefined,
    since: new Date(begin),
    until: until === undefined ? undefined : new Date(end),
    bucket,
    times: timesFrom(floor(begin, bucket), end, bucket),
    query: { since, until },
  };
}

function timesFrom(first: number, end: number, bucket: number): readonly number[] {
  const bars = Math.max(2, Math.ceil((end - first) / bucket));
  return Array.from({ length: bars }, (_, index) => first + index * bucket);
}

const floor = (time: number, length: number) => Math.floor(time / length) * length;

function isRangeName(name: string): name is RangeName {
  return Object.hasOwn(ranges, name);
}
