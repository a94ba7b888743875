import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { severities } from '@spiderfoot-webhooks/core/events';
import type { Count } from '@spiderfoot-webhooks/core/stores';
import { printable } from '@spiderfoot-webhooks/core/terminal';
import { typeSeverity } from '../filters/type-severity.ts';
import type { TimeRange } from './time-range.ts';

/** The groups into which the bars of the chart are divided. */
export const chartGroups = ['severity', 'type', 'result'] as const;
export type ChartGroup = (typeof chartGroups)[number];

/** The data of `chart.json`. */
export interface ChartData {
  /** The beginnings of the bars, in seconds since 1970. */
  readonly times: readonly number[];
  /** The lowest series of a bar is first. */
  readonly series: readonly ChartSeries[];
}

interface ChartSeries {
  readonly name: string;
  /** The custom property of the color, without `--chart-`. */
  readonly color: string;
  /** One number for each bar. */
  readonly values: readonly number[];
}

interface SeriesPlan {
  readonly name: string;
  readonly color: string;
  covers(count: Count): boolean;
}

/** The types that have a series of their own. The others share one. */
const mostTypes = 6;

/**
 * Read the groups of a query.
 * @throws ConfigurationError if they are unknown
 */
export function readChartGroup(query: URLSearchParams): ChartGroup {
  const by = query.get('by') || 'severity';
  const group = chartGroups.find((name) => name === by);
  if (group !== undefined) return group;
  throw new ConfigurationError('by', `must be one of ${chartGroups.join(', ')} (got ${JSON.stringify(by)}).`);
}

/** Divide the counts of a range into series. */
export function toChartData(counts: readonly Count[], { times }: TimeRange, by: ChartGroup): ChartData {
  const indexes = new Map(times.map((time, index) => [time, index]));
  const series = plans[by](counts).map(({ name, color, covers }) => {
    const values = times.map(() => 0);
    for (const counted of counts) {
      const index = indexes.get(counted.time ?? Number.NaN);
      if (index !== undefined && covers(counted)) values[index] = (values[index] ?? 0) + counted.count;
    }
    return { name, color, values };
  });
  return { times: times.map((time) => time / 1000), series };
}

const plans: Readonly<Record<ChartGroup, (counts: readonly Count[]) => readonly SeriesPlan[]>> = {
  severity: () =>
    severities.map((severity) => ({
      name: `${severity.slice(0, 1)}${severity.slice(1).toLowerCase()}`,
      color: severity.toLowerCase(),
      covers: ({ eventType = '' }) => typeSeverity(eventType) === severity,
    })),
  type: planTypes,
  result: () => [
    planStates('Succeeded', '3', 'processed'),
    planStates('Ignored', 'info', 'ignored'),
    planStates('In progress', '1', 'received', 'queued', 'running'),
    planStates('Rejected', '6', 'rejected'),
    planStates('Failed', 'high', 'failed'),
    planStates('Dead letters', 'critical', 'dead'),
  ],
};

function planStates(name: string, color: string, ...states: readonly string[]): SeriesPlan {
  return { name, color, covers: ({ state = '' }) => states.includes(state) };
}

function planTypes(counts: readonly Count[]): readonly SeriesPlan[] {
  const totals = new Map<string, number>();
  for (const { eventType = '', count } of counts) {
    totals.set(eventType, (totals.get(eventType) ?? 0) + count);
  }
  const types = [...totals]
    .toSorted(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .map(([type]) => type);
  const [named, others] = [types.slice(0, mostTypes), new Set(types.slice(mostTypes))];
  const series = named.map((type, index) => ({
    name: printable(type),
    color: String(index + 1),
    covers: ({ eventType = '' }: Count) => eventType === type,
  }));
  if (others.size === 0) return series;
  const covers = ({ eventType = '' }: Count) => others.has(eventType);
  return [...series, { name: `${others.size} more types`, color: 'info', covers }];
}
