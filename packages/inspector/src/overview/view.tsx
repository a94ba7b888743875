import type { Child } from 'hono/jsx';
import { filterQuery } from '../filters/filters.ts';
import { Text } from '../layout/text.tsx';
import { CodeTable } from '../rejected/code-table.tsx';
import type { ChartData, ChartGroup } from './chart-data.ts';
import { handlerHealth, topValues } from './handler-health.ts';
import { HandlerTable } from './handler-table.tsx';
import type { OverviewData } from './overview-data.ts';
import { Stats } from './stats.tsx';
import { rangeNames, type TimeRange } from './time-range.ts';

interface ViewParts {
  readonly data: OverviewData;
  readonly chart: ChartData | undefined;
  readonly range: TimeRange;
  readonly group: ChartGroup;
}

/** Numbers, chart, handlers, rejections, targets and scans of a range. */
export function OverviewView({ data, chart, range, group }: ViewParts) {
  return (
    <>
      <Region name="stats">
        <Stats data={data} range={range} />
      </Region>
      {chart && (
        <section>
          <div class="section-head">
            <h2>Events</h2>
            <div class="segments">
              {(['severity', 'type'] as const).map((name) => (
                <a href={rangeQuery(range, name)} aria-current={name === group ? 'true' : undefined}>
                  {name === 'severity' ? 'Severity' : 'Type'}
                </a>
              ))}
            </div>
          </div>
          <div class="chart" data-chart={`chart.json${rangeQuery(range, group)}`}>
            <ChartTable chart={chart} />
          </div>
        </section>
      )}
      <div class="columns wide-first">
        <Section title="Handlers" region="handlers">
          <HandlerTable handlers={handlerHealth(data.newest)} />
        </Section>
        {data.rejected && (
          <Section title="Rejected" region="rejected">
            {data.rejected.length === 0 ? (
              <p class="note">No rejected requests.</p>
            ) : (
              <CodeTable counts={data.rejected} />
            )}
          </Section>
        )}
      </div>
      <div class="columns">
        <Section title="Top targets" region="targets">
          <TopTable name="target" values={topValues(data.newest, 'target')} />
        </Section>
        <Section title="Top scans" region="scans">
          <TopTable name="scan" values={topValues(data.newest, 'scanId')} />
        </Section>
      </div>
      <p class="note">Handlers, targets and scans are those of the newest 1,000 deliveries of the range.</p>
    </>
  );
}

export function RangeLinks({ range, group }: Pick<ViewParts, 'range' | 'group'>) {
  return (
    <div class="segments">
      {rangeNames.map((name) => (
        <a
          href={`?${new URLSearchParams({ range: name, by: group })}`}
          aria-current={name === range.name ? 'true' : undefined}
        >
          {`${name.slice(0, 1).toUpperCase()}${name.slice(1)}`}
        </a>
      ))}
    </div>
  );
}

function rangeQuery({ name, since, until }: TimeRange, by: ChartGroup): string {
  const parts =
    name === undefined ? { since: since.toISOString(), until: until.toISOString() } : { range: name };
  return `?${new URLSearchParams({ ...parts, by })}`;
}

function Region({ name, children }: { name: string; children: Child }) {
  return <div data-region={name}>{children}</div>;
}

function Section({ title, region, children }: { title: string; region: string; children: Child }) {
  return (
    <section>
      <div class="section-head">
        <h2>{title}</h2>
      </div>
      <Region name={region}>{children}</Region>
    </section>
  );
}

/** The chart without script. Only times with events are listed. */
function ChartTable({ chart: { times, series } }: { chart: ChartData }) {
  const rows = times.flatMap((time, index) => {
    const values = series.map(({ values: all }) => all[index] ?? 0);
    return values.some((value) => value > 0) ? [{ time, values }] : [];
  });
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Time (UTC)</th>
          {series.map(({ name }) => (
            <th scope="col" class="number">
              <Text of={name} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ time, values }) => (
          <tr>
            <th scope="row">{new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ')}</th>
            {values.map((value) => (
              <td class="number">{value.toLocaleString('en-US')}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TopTable({ name, values }: { name: 'target' | 'scan'; values: ReturnType<typeof topValues> }) {
  if (values.length === 0) return <p class="note">None in this range.</p>;
  const most = values[0]?.[1] ?? 1;
  return (
    <table>
      <tbody>
        {values.map(([value, count]) => (
          <tr>
            <td>
              <a href={`deliveries${filterQuery(new Map([[name, [value]]]))}`}>
                <Text of={value} />
              </a>
              <svg class="bar" width="100%" height="4" aria-hidden="true">
                <rect width={`${Math.round((count / most) * 100)}%`} height="4" />
              </svg>
            </td>
            <td class="number">{count.toLocaleString('en-US')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
