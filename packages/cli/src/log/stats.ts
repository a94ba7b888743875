import type { Count, CountOptions, DeliveryFilter, DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { type Bar, barLines, bucketFor, timeBars } from '../terminal/bar-chart.ts';
import { outColors } from '../terminal/color.ts';
import { deliveryCount } from '../terminal/count-text.ts';
import { printable } from '../terminal/printable.ts';
import { fit } from '../terminal/text.ts';
import { offsetAt, timeZone } from '../time/time-zone.ts';
import { type Period, periods } from './periods.ts';

const { hour, day } = periods;

/** The counts that `log stats` shows. */
export interface Stats {
  readonly total: number;
  readonly byState: readonly Bar[];
  readonly byType: readonly Bar[];
  /** Counts in buckets of `bucket` milliseconds of local time. Buckets of a week or more begin on a Monday. */
  readonly byTime: readonly Bar[];
  readonly bucket: number;
  /** The requested period. */
  readonly by?: Period;
  readonly timeZone: string;
  /** Rejections of unauthenticated requests, by code. Missing if the filter uses a property that they do not have. */
  readonly rejections?: readonly Bar[];
}

/** The number of types that get their own bar. The others share one bar. */
const mostTypes = 20;

type StatsFilter = Pick<DeliveryFilter, 'eventType' | 'state' | 'endpoint' | 'since' | 'until'>;

/**
 * Count the deliveries that a filter selects.
 * @param by the period. Default: a period that fits a chart
 */
export async function readStats(
  store: Pick<DeliveryStore, 'capabilities' | 'counts' | 'rejections'>,
  filter: StatsFilter,
  by?: Period,
): Promise<Stats> {
  const count = (options: CountOptions) => store.counts({ ...filter, ...options });
  const byState = await count({ by: ['state'] });
  const byType = await count({ by: ['eventType'] });
  const span = spanOf(await count({ by: ['time'], bucket: day }), day);
  const fine = finestFor(span, by);
  const times = await count({ by: ['time'], bucket: fine });
  const bucket = by === undefined ? bucketFor(spanOf(times, fine)) : periods[by];
  const rejections = await readRejections(store, filter);
  return {
    total: byState.reduce((sum, { count: number }) => sum + number, 0),
    byState: byState
      .map(({ state = '', count: number }) => ({ label: state, count: number }))
      .toSorted(byCount),
    byType: shortened(
      byType.map(({ eventType: type = '', count: number }) => ({ label: type, count: number })),
    ),
    byTime: timeBars(times.map(inLocalTime), bucket),
    bucket,
    ...(by !== undefined && { by }),
    timeZone: timeZone(),
    ...(rejections && { rejections }),
  };
}

/**
 * Count rejections of unauthenticated requests, which have no type and no state. They are counted per hour, so the hour
 * that contains `since` is included completely.
 */
async function readRejections(
  store: Pick<DeliveryStore, 'capabilities' | 'rejections'>,
  { eventType, state, endpoint, since, until }: StatsFilter,
): Promise<readonly Bar[] | undefined> {
  if (eventType !== undefined || state !== undefined || !store.capabilities.has('rejections'))
    return undefined;
  const endpoints: readonly string[] | undefined = typeof endpoint === 'string' ? [endpoint] : endpoint;
  const rejections = new Map<string, number>();
  for (const counted of (await store.rejections()).counts) {
    const begin = counted.hour.getTime();
    if (endpoints?.includes(counted.endpoint) === false) continue;
    if (since !== undefined && begin + hour <= since.getTime()) continue;
    if (until !== undefined && begin >= until.getTime()) continue;
    rejections.set(counted.code, (rejections.get(counted.code) ?? 0) + counted.count);
  }
  return [...rejections].map(([label, count]) => ({ label, count })).toSorted(byCount);
}

/** Shift times as if the local time were UTC, so that buckets begin with local hours and days. */
function inLocalTime({ time, count }: Count): { readonly time?: number; readonly count: number } {
  return time === undefined ? { count } : { time: time + offsetAt(time), count };
}

/**
 * The finest bucket of a chart, which keeps the number of rows small. Some time zones differ by a quarter of an hour.
 */
function finestFor(span: number, by: Period | undefined): number {
  if (by === undefined && span <= 2 * day) return 60_000;
  return offsetAt(Date.now()) % hour === 0 ? hour : hour / 4;
}

/** Return the milliseconds from the beginning of the first used bucket to the end of the last one. */
function spanOf(counts: readonly Count[], bucket: number): number {
  const times = counts.flatMap(({ time }) => time ?? []);
  if (times.length === 0) return bucket;
  const first = times.reduce((a, b) => Math.min(a, b));
  return times.reduce((a, b) => Math.max(a, b)) + bucket - first;
}

const byCount = (a: Bar, b: Bar) => b.count - a.count || (a.label < b.label ? -1 : 1);

/** Sort bars, and combine the smallest ones, because a sender may invent any number of types. */
function shortened(bars: readonly Bar[]): readonly Bar[] {
  const sorted = bars.toSorted(byCount);
  const rest = sorted.slice(mostTypes);
  if (rest.length === 0) return sorted;
  const count = rest.reduce((sum, bar) => sum + bar.count, 0);
  return [...sorted.slice(0, mostTypes), { label: `${rest.length} more types`, count }];
}

/** Format counts as bar charts. @param width columns of the screen */
export function statsLines(stats: Stats, width: number): readonly string[] {
  const { total, byState, byType, byTime, by = 'time', timeZone: zone, rejections } = stats;
  const section = (title: string, bars: readonly Bar[]) =>
    bars.length === 0
      ? []
      : [
          '',
          outColors.bold(fit(title, width)),
          ...barLines(
            bars.map((bar) => withPrintableLabel(bar, width)),
            width,
          ),
        ];
  return [
    deliveryCount(total),
    ...section(`by ${by} (${zone})`, byTime),
    ...section('by type', byType),
    ...section('by state', byState),
    ...(rejections === undefined
      ? [
          '',
          'Rejections of unauthenticated requests are not counted here, because they have no type and no state.',
        ]
      : section('rejected, not authenticated', rejections)),
  ];
}

/** The maximum width of a label. A longer one would leave no space for the bar. */
const longestLabel = 40;

function withPrintableLabel({ label, count }: Bar, columns: number): Bar {
  const width = Math.min(longestLabel, Math.floor(columns / 2));
  return { label: fit(printable(label.slice(0, 2 * longestLabel)), width), count };
}
