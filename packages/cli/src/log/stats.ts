import type { Count, CountOptions, DeliveryFilter, Store } from '@spiderfoot-webhooks/sqlite';
import { type Bar, barLines, bucketFor, timeBars } from '../terminal/chart.ts';
import { outColours } from '../terminal/colour.ts';
import { fit, printable } from '../terminal/text.ts';

const day = 86_400_000;

/** What `log stats` shows. */
export interface Stats {
  readonly total: number;
  readonly byState: readonly Bar[];
  readonly byType: readonly Bar[];
  /** In buckets of `bucket` milliseconds, which begin at multiples of it in UTC. */
  readonly byTime: readonly Bar[];
  readonly bucket: number;
  /** What was not authenticated, by code, since the database began. */
  readonly refusals: readonly Bar[];
}

/** Types that get a bar of their own; the rest share one. */
const mostTypes = 20;

type StatsFilter = Pick<DeliveryFilter, 'type' | 'state' | 'endpoint' | 'since' | 'until'>;

export async function readStats(
  store: Pick<Store, 'counts' | 'refusals'>,
  filter: StatsFilter,
): Promise<Stats> {
  const count = (options: CountOptions) => store.counts({ ...filter, ...options });
  const byState = await count({ by: ['state'] });
  const byType = await count({ by: ['type'] });
  const days = await count({ by: ['time'], bucket: day });
  const fine = finestFor(spanOf(days, day));
  const times = fine === day ? days : await count({ by: ['time'], bucket: fine });
  const bucket = bucketFor(spanOf(times, fine));
  const { counts: refused } = await store.refusals();
  const refusals = new Map<string, number>();
  for (const { code, count: often } of refused) refusals.set(code, (refusals.get(code) ?? 0) + often);
  return {
    total: byState.reduce((sum, { count: often }) => sum + often, 0),
    byState: byState.map(({ state = '', count: often }) => ({ label: state, count: often })).toSorted(most),
    byType: shortened(byType.map(({ type = '', count: often }) => ({ label: type, count: often }))),
    byTime: timeBars(times, bucket),
    bucket,
    refusals: [...refusals].map(([label, often]) => ({ label, count: often })).toSorted(most),
  };
}

/** As fine as a chart can need it, and as coarse as keeps the rows few. */
function finestFor(span: number): number {
  if (span <= 2 * day) return 60_000;
  return span <= 90 * day ? 3_600_000 : day;
}

/** Milliseconds from the first bucket in which something came to the end of the last. */
function spanOf(counts: readonly Count[], bucket: number): number {
  const times = counts.flatMap(({ time }) => time ?? []);
  if (times.length === 0) return bucket;
  const first = times.reduce((a, b) => Math.min(a, b));
  return times.reduce((a, b) => Math.max(a, b)) + bucket - first;
}

const most = (a: Bar, b: Bar) => b.count - a.count || (a.label < b.label ? -1 : 1);

/** The sender may invent types without end. */
function shortened(bars: readonly Bar[]): readonly Bar[] {
  const sorted = bars.toSorted(most);
  const rest = sorted.slice(mostTypes);
  if (rest.length === 0) return sorted;
  const count = rest.reduce((sum, bar) => sum + bar.count, 0);
  return [...sorted.slice(0, mostTypes), { label: `${rest.length} more types`, count }];
}

/** @param width columns of the screen */
export function statsLines(stats: Stats, width: number): readonly string[] {
  const { total, byState, byType, byTime, refusals } = stats;
  const section = (title: string, bars: readonly Bar[]) =>
    bars.length === 0
      ? []
      : [
          '',
          outColours.bold(fit(title, width)),
          ...barLines(
            bars.map((bar) => safe(bar, width)),
            width,
          ),
        ];
  return [
    `${total} deliver${total === 1 ? 'y' : 'ies'}`,
    ...section('by time (UTC)', byTime),
    ...section('by type', byType),
    ...section('by state', byState),
    ...section('refused, not authenticated', refusals),
  ];
}

/** A longer name would leave no room for the bar. */
const longestLabel = 40;

function safe({ label, count }: Bar, width: number): Bar {
  const room = Math.min(longestLabel, Math.floor(width / 2));
  return { label: fit(printable(label.slice(0, 2 * longestLabel)), room), count };
}
