import type { Hono } from 'hono';
import { sendPage } from '../layout/page.tsx';
import { createRoutes, type Site, type SiteEnv } from '../site.ts';
import { readChartGroup, toChartData } from './chart-data.ts';
import { readOverview } from './overview-data.ts';
import { remembered } from './remembered.ts';
import { readTimeRange, type TimeRange } from './time-range.ts';
import { OverviewView, RangeLinks } from './view.tsx';

/** The overview, and the data of its chart. */
export function overviewRoutes(site: Site): Hono<SiteEnv> {
  const read = remembered((range: TimeRange) => readOverview(site.store, range), keyOf);
  const app = createRoutes();

  app.get('/', async (c) => {
    const query = new URL(c.req.url).searchParams;
    const [range, by] = [readTimeRange(query), readChartGroup(query)];
    return sendPage(c, site, {
      ...{ page: 'overview', title: 'Overview', live: 'rejections' },
      actions: <RangeLinks range={range} by={by} />,
      content: <OverviewView overview={await read(range)} range={range} by={by} />,
    });
  });

  app.get('/chart.json', async (c) => {
    const query = new URL(c.req.url).searchParams;
    const [range, by] = [readTimeRange(query), readChartGroup(query)];
    return c.json(toChartData((await read(range)).counts, range, by));
  });

  return app;
}

function keyOf({ since, until, bucket }: TimeRange): string {
  return JSON.stringify([since, until, bucket]);
}
