import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';
import type { Hono } from 'hono';
import { readListedPage, readListView } from '../deliveries/delivery-list.ts';
import { DeliveryRows } from '../deliveries/rows.tsx';
import { filterQuery } from '../filters/filters.ts';
import { canDo, canReplay, createRoutes, type Site, type SiteEnv } from '../site.ts';
import type { LiveStreams } from './live-streams.ts';

/** The event stream. Its query is that of the page, so only deliveries of the filtered list are sent. */
export function liveRoutes(site: Site, streams: LiveStreams): Hono<SiteEnv> {
  const app = createRoutes();
  app.get('/live', (c) => {
    const view = readListView(new URL(c.req.url).searchParams);
    const query = filterQuery(view.filters);
    let shown: ReadonlyMap<string, string> | undefined;
    const stream = streams.open(async (send) => {
      if (canDo(site, 'health')) send('health', await site.store.health());
      const { deliveries } = await readListedPage(site.store, site.storedTypes, {
        ...view,
        after: undefined,
        before: undefined,
      });
      const known = shown;
      shown = new Map(deliveries.map((delivery) => [delivery.key, versionOf(delivery)]));
      // The page already has the deliveries that were there when the stream was opened.
      if (known === undefined) return;
      send('overview', {});
      const changed = deliveries.filter((delivery) => known.get(delivery.key) !== versionOf(delivery));
      if (changed.length === 0) return;
      const parts = { deliveries: changed, root: './', query, selectable: canReplay(site) };
      const html = await (<DeliveryRows {...parts} />).toString();
      send('deliveries', { html, keys: changed.map(({ key }) => key) });
    });
    if (stream === undefined) {
      return c.text('Too many pages receive live updates.\n', 503, { 'retry-after': '30' });
    }
    return c.body(stream, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      // nginx would keep the events until its buffer is full.
      'x-accel-buffering': 'no',
    });
  });
  return app;
}

function versionOf({ state, attempts, error }: DeliveryRecord): string {
  return JSON.stringify([state, attempts, error]);
}
