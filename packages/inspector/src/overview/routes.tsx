import type { Hono } from 'hono';
import { sendPage } from '../layout/page.tsx';
import { createRoutes, type Site, type SiteEnv } from '../site.ts';
import { type ChartGroup, toChartData } from './chart-data.ts';
import { createOverviewReader } from './overview-data.ts';
import { readTimeRange } from './time-range.ts';
import { OverviewView, RangeLinks } from './view.tsx';

/** The overview, and the data of its chart. */
export function overviewRoutes(site: Site): Hono<SiteEnv> {
  const read = createOverviewReader(site.store);
  const app = createRoutes();

  app.get('/', async (c) => {
    const query = new URL(c.req.url).searchParams;
    const [range, group] = [readTimeRange(query), readGroup(query)];
    const data = await read(range);
    const chart = data.counts && toChartData(data.counts, range, group);
    const content = <OverviewView data={data} chart={chart} range={range} group={group} />;
    const actions = <RangeLinks range={range} group={group} />;
    return sendPage(c, site, { page: 'overview', title: 'Overview', content, actions, live: true });
  });

  app.get('/chart.json', async (c) => {
    const query = new URL(c.req.url).searchParams;
    const range = readTimeRange(query);
    const { counts } = await read(range);
    return counts === undefined ? c.notFound() : c.json(toChartData(counts, range, readGroup(query)));
  });

  return app;
}

function readGroup(query: URLSearchParams): ChartGroup {
  return query.get('by') === 'type' ? 'type' : 'severity';
}
