import type { Count } from '@spiderfoot-webhooks/core/stores';
import { severityNames } from '../filters/event-types.ts';
import { typeSeverity } from '../filters/type-severity.ts';
import type { TimeRange } from './time-range.ts';

/** The data of the chart, which the script draws. */
export interface ChartData {
  /** The beginnings of the bars, in seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly {
    readonly name: string;
    readonly color: string;
    readonly values: readonly number[];
  }[];
}

export type ChartGroup = 'severity' | 'type';

/** The most types with a series of their own. The others are added up. */
const mostTypes = 5;

/** Arrange counts by time and event type in series. */
export function toChartData(counts: readonly Count[], range: TimeRange, group: ChartGroup): ChartData {
  const { since, until, bucket } = range;
  const first = Math.floor(since.getTime() / bucket) * bucket;
  const length = Math.max(1, Math.ceil((until.getTime() - first) / bucket));
  const names = group === 'severity' ? severityNames : [...topTypes(counts), 'other'];
  const seriesOf = (type: string) =>
    group === 'severity' ? typeSeverity(type).toLowerCase() : names.includes(type) ? type : 'other';
  const values = new Map(names.map((name) => [name, Array.from({ length }, () => 0)]));
  for (const { count, eventType = '', time = first } of counts) {
    const series = values.get(seriesOf(eventType));
    const index = Math.floor((time - first) / bucket);
    if (series && index >= 0 && index < length) series[index] = (series[index] ?? 0) + count;
  }
  return {
    times: Array.from({ length }, (_, index) => (first + index * bucket) / 1000),
    series: [...values].map(([name, numbers], index) => ({
      name,
      color: group === 'severity' ? name : String(index + 1),
      values: numbers,
    })),
  };
}

function topTypes(counts: readonly Count[]): readonly string[] {
  const totals = new Map<string, number>();
  for (const { count, eventType = '' } of counts) totals.set(eventType, (totals.get(eventType) ?? 0) + count);
  return [...totals]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, mostTypes)
    .map(([type]) => type);
}
