import { Hono } from 'hono';
import { rootFrom } from '../layout/base-path.ts';
import { sendPage } from '../layout/page.tsx';
import type { Site } from '../site.ts';
import { DeliveriesView } from './view.tsx';

/** The page of deliveries. */
export function deliveryListRoutes(site: Site): Hono {
  const app = new Hono();
  app.get('/deliveries', async (c) => {
    const page = await site.store.list({ limit: 50 });
    const content = <DeliveriesView page={page} root={rootFrom(c.req.path)} />;
    return sendPage(c, site, { page: 'deliveries', title: 'Deliveries', content, live: 'live' });
  });
  return app;
}
