import type { DeliveryWithBody } from '@spiderfoot-webhooks/core/stores';
import type { Context, Hono } from 'hono';
import { filterQuery, readFilters } from '../filters/filters.ts';
import { ReplayNotice } from '../layout/notice.tsx';
import { sendPage } from '../layout/page.tsx';
import { longestText } from '../layout/text.tsx';
import { canReplay, createRoutes, type Site, type SiteEnv } from '../site.ts';
import { BodySection } from './body-section.tsx';
import { readBodyText } from './body-text.ts';
import { commandsFor } from './commands.ts';
import { readEventFacts } from './event-facts.ts';
import { Facts } from './facts.tsx';
import { DeliveryActions, DeliveryHeading, listHref } from './heading.tsx';
import { readNeighbors, readRelated } from './neighbors.ts';
import { CommandSection, RelatedSection } from './side-sections.tsx';
import { Timeline } from './timeline.tsx';

/** The page of one delivery, and the download of its body. */
export function deliveryRoutes(site: Site): Hono<SiteEnv> {
  const app = createRoutes();

  app.get('/deliveries/:key', async (c) => {
    const delivery = await site.store.get(c.req.param('key'));
    return delivery === undefined ? c.notFound() : sendDelivery(c, site, delivery);
  });

  app.get('/deliveries/:key/body', async (c) => {
    const delivery = await site.store.get(c.req.param('key'));
    if (delivery === undefined) return c.notFound();
    const name = delivery.key.replace(/[^\w-]/g, '_');
    // A browser must not run the body as a page, whatever it contains.
    return c.body(new Uint8Array(delivery.body), 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="delivery-${name}.json"`,
    });
  });

  return app;
}

/** The states of deliveries whose page is updated, for example after a replay. */
const unsettledStates: readonly string[] = ['received', 'queued', 'running'];

async function sendDelivery(c: Context<SiteEnv>, site: Site, delivery: DeliveryWithBody): Promise<Response> {
  const { store, settings } = site;
  const search = new URL(c.req.url).searchParams;
  const filters = readFilters(search);
  const query = filterQuery(filters);
  const { key, body, eventType, scanId, target } = delivery;
  const event = readEventFacts(body, eventType);
  const [neighbors, related] = await Promise.all([
    readNeighbors(site, filters, delivery),
    readRelated(store, delivery),
  ]);
  const commands = commandsFor(delivery, readBodyText(body).text, store.capabilities.has('replay'));
  const scanHref =
    scanId === undefined || scanId.length > longestText
      ? undefined
      : settings.scanUrl?.replaceAll('{scanId}', encodeURIComponent(scanId.replace(/\p{Cs}/gu, '\ufffd')));
  // The cause is what an operator looks for first.
  const hasFailed = delivery.error !== undefined || delivery.code !== undefined;
  const content = (
    <>
      <ReplayNotice query={search} />
      <div class="detail">
        <div>
          {hasFailed && <Timeline delivery={delivery} />}
          <BodySection title="Event" body={body} downloadHref={`${encodeURIComponent(key)}/body`} />
          {!hasFailed && <Timeline delivery={delivery} />}
          <CommandSection commands={commands} />
        </div>
        <aside>
          <Facts delivery={delivery} event={event} scanHref={scanHref} />
          <RelatedSection title="Same scan" deliveries={related.scan} allHref={listHref('scan', scanId)} />
          <RelatedSection
            title="Same target"
            deliveries={related.target}
            allHref={listHref('target', target)}
          />
        </aside>
      </div>
    </>
  );
  const parts = { delivery, neighbors, query, csrfToken: c.get('csrfToken') };
  return sendPage(c, site, {
    ...{ page: 'delivery', title: `${eventType} ${key}`, content },
    heading: <DeliveryHeading delivery={delivery} event={event} query={query} />,
    actions: <DeliveryActions {...parts} canReplay={canReplay(site)} />,
    live: unsettledStates.includes(delivery.state) ? 'changes' : undefined,
  });
}
