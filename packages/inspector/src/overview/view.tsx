import { filterQuery } from '../filters/filters.ts';
import { Time } from '../layout/time.tsx';
import { type ChartGroup, toChartData } from './chart-data.ts';
import { ChartSection } from './chart-section.tsx';
import { HandlersSection } from './handlers-table.tsx';
import { Numbers } from './numbers.tsx';
import type { Overview } from './overview-data.ts';
import { RejectionsSection } from './rejections-table.tsx';
import { Segments } from './segments.tsx';
import { type RangeName, rangeNames, type TimeRange } from './time-range.ts';
import { TopSection } from './top-table.tsx';

interface ViewParts {
  readonly overview: Overview;
  readonly range: TimeRange;
  readonly by: ChartGroup;
}

/** The page of the overview. The script replaces each `data-region` when something has changed. */
export function OverviewView({ overview, range, by }: ViewParts) {
  const { counts, isComplete, isLarge, handlers, targets, scans, rankedSince, rejections } = overview;
  const query = filterQuery(new Map(), {
    since: range.since.toISOString(),
    until: range.until?.toISOString(),
  });
  const top = { query, since: rankedSince };
  return (
    <>
      <Numbers overview={overview} query={query} />
      <ChartSection data={toChartData(counts, range, by)} range={range} by={by} isComplete={isComplete} />
      <div class="columns wide-first">
        <HandlersSection handlers={handlers} isLarge={isLarge} />
        <RejectionsSection codes={rejections} />
      </div>
      <div class="columns">
        <TopSection title="Top targets" filter="target" ranked={targets} {...top} />
        <TopSection title="Top scans" filter="scan" ranked={scans} {...top} />
      </div>
    </>
  );
}

const labels: Readonly<Record<RangeName, string>> = {
  hour: 'Hour',
  day: 'Day',
  week: 'Week',
  month: 'Month',
};

/** The links that select a range, and the range that was selected in the chart. */
export function RangeLinks({ range, by }: Pick<ViewParts, 'range' | 'by'>) {
  return (
    <>
      {range.name === undefined && (
        <span class="chip">
          <Time at={range.since} />
          {' – '}
          {range.until ? <Time at={range.until} /> : 'now'}
          <a href={filterQuery(new Map(), { by })} aria-label="Show the last day">
            ×
          </a>
        </span>
      )}
      <Segments
        label="Time range"
        items={rangeNames.map((name) => ({
          label: labels[name],
          href: filterQuery(new Map(), { range: name, by }),
          isCurrent: name === range.name,
        }))}
      />
    </>
  );
}
