import type { Hono } from 'hono';
import { readListView } from '../deliveries/delivery-list.ts';
import { toDeliveryFilter } from '../filters/delivery-filter.ts';
import { createRoutes, type Site, type SiteEnv } from '../site.ts';
import { type LiveStreams, mostStreams } from './live-streams.ts';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  // nginx would keep the events until its buffer is full.
  'x-accel-buffering': 'no',
};

/** The event stream. Its query is that of the page, so only deliveries of the filtered list are sent. */
export function liveRoutes(site: Site, streams: LiveStreams): Hono<SiteEnv> {
  const app = createRoutes();
  app.get('/live', async (c) => {
    const { filters } = readListView(new URL(c.req.url).searchParams);
    await toDeliveryFilter(filters, site.storedTypes);
    const stream = streams.open({ filters, order: 'newest', after: undefined, before: undefined });
    if (stream !== undefined) return c.body(stream, 200, headers);
    return c.text(
      `${mostStreams} pages already receive live updates. Close one of them, or reload this page to update it.\n`,
      503,
      { 'retry-after': '30' },
    );
  });
  return app;
}
