import { filterQuery } from '../filters/filters.ts';
import { ColumnHeads } from '../layout/column-heads.tsx';
import { countText } from '../layout/number-text.ts';
import { Time } from '../layout/time.tsx';
import { type ChartData, type ChartGroup, chartGroups } from './chart-data.ts';
import { Segments } from './segments.tsx';
import type { TimeRange } from './time-range.ts';

interface ChartParts {
  readonly data: ChartData;
  readonly range: TimeRange;
  readonly by: ChartGroup;
  readonly isComplete: boolean;
}

const labels: Readonly<Record<ChartGroup, string>> = { severity: 'Severity', type: 'Type', result: 'Result' };

/** The deliveries over time: a chart, or a table without script. */
export function ChartSection({ data, range, by, isComplete }: ChartParts) {
  const query = filterQuery(new Map(), { ...range.query, by });
  return (
    <section>
      <div class="section-head">
        <h2>Events</h2>
        {!isComplete && (
          <span class="note">This store can show only the newest settled deliveries over time.</span>
        )}
        <Segments
          label="Groups of the chart"
          items={chartGroups.map((group) => ({
            label: labels[group],
            href: filterQuery(new Map(), { ...range.query, by: group }),
            isCurrent: group === by,
          }))}
        />
      </div>
      <div class="chart" data-chart={`chart.json${query}`}>
        <ChartTable data={data} />
      </div>
    </section>
  );
}

/** The bars that are not empty, newest first. */
function ChartTable({ data: { times, series } }: { data: ChartData }) {
  const rows = times
    .map((time, index) => ({ time, values: series.map(({ values }) => values[index] ?? 0) }))
    .map((row) => ({ ...row, total: row.values.reduce((sum, value) => sum + value, 0) }))
    .filter(({ total }) => total > 0)
    .toReversed();
  const numbers = [...series.map(({ name }) => name), 'Total'];
  return (
    <table data-region="chart">
      <ColumnHeads columns={['From', ...numbers.map((label) => ({ label, class: 'number' }))]} />
      <tbody>
        {rows.length === 0 && (
          <tr>
            <td colspan={series.length + 2}>No deliveries in this range.</td>
          </tr>
        )}
        {rows.map(({ time, values, total }) => (
          <tr>
            <td>
              <Time at={new Date(time * 1000)} />
            </td>
            {values.map((value) => (
              <td class="number">{countText(value)}</td>
            ))}
            <td class="number">{countText(total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
