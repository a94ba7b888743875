import type { Context, Hono } from 'hono';
import { readListView } from '../deliveries/delivery-list.ts';
import { toDeliveryFilter } from '../filters/delivery-filter.ts';
import { canDo, createRoutes, type Site, type SiteEnv } from '../site.ts';
import type { LiveSubject } from './live-feed.tsx';
import { type LiveStreams, mostStreams } from './live-streams.ts';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  // nginx would keep the events until its buffer is full.
  'x-accel-buffering': 'no',
};

/** The event streams of the pages. */
export function liveRoutes(site: Site, streams: LiveStreams): Hono<SiteEnv> {
  const app = createRoutes();

  function send(c: Context<SiteEnv>, subject: LiveSubject): Response {
    const stream = streams.open(subject);
    if (stream !== undefined) return c.body(stream, 200, headers);
    return c.text(
      `${mostStreams} pages already receive live updates. Close one of them, or reload this page to update it.\n`,
      503,
      { 'retry-after': '30' },
    );
  }

  // The query is that of the page, so only deliveries of the filtered list are sent.
  app.get('/live', async (c) => {
    const { filters } = readListView(new URL(c.req.url).searchParams);
    await toDeliveryFilter(filters, site.storedTypes);
    return send(c, { list: { filters, order: 'newest', after: undefined, before: undefined } });
  });
  app.get('/live/changes', (c) => send(c, {}));
  app.get('/live/rejections', (c) => send(c, { rejections: canDo(site, 'rejections') }));
  return app;
}
