import { padded } from './table.ts';
import { widthOf } from './text.ts';

/** One bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly count: number;
}

/** Eighths of a block. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Columns that a bar has at the least, however narrow the terminal is. */
const shortest = 5;

/**
 * Bars of equal scale, a line each: the label, the bar, the count.
 * @param width columns of a whole line
 */
export function barLines(bars: readonly Bar[], width: number): readonly string[] {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const labels = Math.max(0, ...bars.map(({ label }) => widthOf(label)));
  const numbers = String(most).length;
  const room = Math.max(shortest, width - labels - numbers - 4);
  return bars.map(({ label, count }) => {
    const bar = barOf((count / most) * room);
    return `${padded(label, labels)}  ${bar.padEnd(room)}  ${String(count).padStart(numbers)}`;
  });
}

/** What there is shows: even one of a million is a sliver. */
function barOf(length: number): string {
  const parts = length > 0 ? Math.max(1, Math.round(length * 8)) : 0;
  return '█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '');
}

/** Lengths of time that people think in, in milliseconds. */
const lengths = [1, 5, 15, 30, 60, 180, 360, 720, 1440, 10_080, 43_200, 129_600, 525_600].map(
  (m) => m * 60_000,
);

/** How many bars fit on a screen. */
const mostBars = 24;

/** The shortest of the usual lengths of time that divides a span into few enough bars. */
export function bucketFor(span: number): number {
  return lengths.find((length) => span / length <= mostBars) ?? Math.ceil(span / mostBars);
}

/** Gathers finer counts into buckets, and fills those in which nothing came, so that a gap is seen as one. */
export function timeBars(
  counts: readonly { readonly time?: number; readonly count: number }[],
  bucket: number,
): readonly Bar[] {
  const byTime = new Map<number, number>();
  for (const { time, count } of counts) {
    if (time === undefined) continue;
    const begin = Math.floor(time / bucket) * bucket;
    byTime.set(begin, (byTime.get(begin) ?? 0) + count);
  }
  const times = [...byTime.keys()];
  if (times.length === 0) return [];
  const first = times.reduce((a, b) => Math.min(a, b));
  const last = times.reduce((a, b) => Math.max(a, b));
  const bars: Bar[] = [];
  for (let time = first; time <= last; time += bucket) {
    bars.push({ label: labelOf(time, bucket), count: byTime.get(time) ?? 0 });
  }
  return bars;
}

function labelOf(time: number, bucket: number): string {
  const text = new Date(time).toISOString();
  return bucket >= 86_400_000 ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ');
}
