import {
  type Dashboard,
  expandQuery,
  type Panel,
} from '../../../packages/telemetry/test/support/dashboard.ts';
import type { PrometheusHistory, TimeRange } from '../prometheus/prometheus-history.ts';

/** A line of a chart. */
export interface NamedSeries {
  readonly name: string;
  /** A value for each step. `null` if there is none. */
  readonly values: readonly (number | null)[];
}

/** A panel, and the results of its queries. */
interface PanelData {
  readonly panel: Panel;
  readonly series: readonly NamedSeries[];
}

/** All data of a picture. */
export interface DashboardData extends TimeRange {
  readonly title: string;
  /** The times of the values, in seconds since 1970. */
  readonly times: readonly number[];
  readonly panels: readonly PanelData[];
}

/** The seconds between two points: the `interval` of the queries. */
const step = 60;
/** Grafana uses four times the `interval`. */
const rateInterval = 4 * step;

/** Run the queries of all panels. @throws Error that names the panels without data */
export async function queryPanels(
  dashboard: Dashboard,
  prometheus: PrometheusHistory,
  range: TimeRange,
): Promise<DashboardData> {
  const { from, to } = range;
  const times = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);

  async function seriesOf(panel: Panel): Promise<readonly NamedSeries[]> {
    if (panel.type === 'row') return [];
    const results = await Promise.all(
      panel.targets.map(async ({ expr, legendFormat }) => {
        const query = expandQuery(expr, { rateInterval, range: to - from });
        const found = await prometheus.queryRange(query, { ...range, step });
        return found.map(({ labels, points }) => {
          const values = new Map(points);
          return {
            name: legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '').trim(),
            values: times.map((time) => finite(values.get(time))),
          };
        });
      }),
    );
    return results.flat();
  }

  const panels: PanelData[] = [];
  for (const panel of dashboard.panels) panels.push({ panel, series: await seriesOf(panel) });
  const empty = panels.filter(
    ({ panel, series }) =>
      panel.type !== 'row' && !series.some(({ values }) => values.some((value) => value !== null)),
  );
  if (empty.length > 0)
    throw new Error(`These panels have no data: ${empty.map(({ panel }) => panel.title).join(', ')}`);
  return { title: dashboard.title, from, to, times, panels };
}

/** A quantile of no values is not a number, and Grafana does not draw it. */
function finite(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}
