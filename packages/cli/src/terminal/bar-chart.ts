import { padded } from './table.ts';
import { widthOf } from './text.ts';

/** One bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly count: number;
}

/** The characters that draw 0 to 7 eighths of a block. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** The minimum width of a bar, even in a narrow terminal. */
const minBarWidth = 5;

/**
 * Format bars on the same scale, one per line: the label, the bar and the count.
 * @param width columns of a line
 */
export function barLines(bars: readonly Bar[], width: number): readonly string[] {
  const highest = Math.max(1, ...bars.map(({ count }) => count));
  const labelWidth = Math.max(0, ...bars.map(({ label }) => widthOf(label)));
  const countWidth = String(highest).length;
  const barWidth = Math.max(minBarWidth, width - labelWidth - countWidth - 4);
  return bars.map(({ label, count }) => {
    const bar = barOf((count / highest) * barWidth);
    return `${padded(label, labelWidth)}  ${bar.padEnd(barWidth)}  ${String(count).padStart(countWidth)}`;
  });
}

/** Draw a bar. A count above 0 always shows at least an eighth of a block. */
function barOf(length: number): string {
  const parts = length > 0 ? Math.max(1, Math.round(length * 8)) : 0;
  return '█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '');
}

const minute = 60_000;
const day = 1440 * minute;
const week = 7 * day;

/** The usual lengths of buckets, in milliseconds. */
const lengths = [
  ...[1, 5, 15, 30, 60, 180, 360, 720, 1440].map((minutes) => minutes * minute),
  ...[1, 4, 13, 52].map((weeks) => weeks * week),
];

/** The maximum number of bars. This many fit on a screen. */
const maxBars = 24;

/** Return the shortest usual length that divides a span into at most {@link maxBars} bars. */
export function bucketFor(span: number): number {
  return lengths.find((length) => span / length <= maxBars) ?? Math.ceil(span / maxBars / week) * week;
}

/** The beginning of a week. Weeks begin on a Monday (ISO 8601), but 1970 began on a Thursday. */
const firstMonday = -3 * day;

/** If a chart would have more buckets than this, empty buckets are left out. */
const maxFilledBuckets = 5000;

/**
 * Combine finer counts into buckets, and add empty buckets, so that gaps are visible. Buckets of one or more weeks begin
 * on a Monday.
 */
export function timeBars(
  counts: readonly { readonly time?: number; readonly count: number }[],
  bucket: number,
): readonly Bar[] {
  const origin = bucket % week === 0 ? firstMonday : 0;
  const byTime = new Map<number, number>();
  for (const { time, count } of counts) {
    if (time === undefined) continue;
    const begin = Math.floor((time - origin) / bucket) * bucket + origin;
    byTime.set(begin, (byTime.get(begin) ?? 0) + count);
  }
  const times = [...byTime.keys()];
  if (times.length === 0) return [];
  const first = times.reduce((a, b) => Math.min(a, b));
  const last = times.reduce((a, b) => Math.max(a, b));
  if ((last - first) / bucket > maxFilledBuckets) {
    return [...byTime]
      .toSorted(([a], [b]) => a - b)
      .map(([time, count]) => ({ label: labelOf(time, bucket), count }));
  }
  const bars: Bar[] = [];
  for (let time = first; time <= last; time += bucket) {
    bars.push({ label: labelOf(time, bucket), count: byTime.get(time) ?? 0 });
  }
  return bars;
}

function labelOf(time: number, bucket: number): string {
  const text = new Date(time).toISOString();
  if (bucket === week) return `${text.slice(0, 10)} W${String(isoWeekOf(time)).padStart(2, '0')}`;
  return bucket >= day ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ');
}

/** Return the number of a week by its Monday. The week belongs to the year of its Thursday (ISO 8601). */
function isoWeekOf(monday: number): number {
  const thursday = monday + 3 * day;
  const year = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return Math.floor((thursday - year) / week) + 1;
}
