import type { UnauthenticatedRejections } from '@spiderfoot-webhooks/core/stores';
import type { Hono } from 'hono';
import { sendPage } from '../layout/page.tsx';
import { canDo, createRoutes, type Site, type SiteEnv } from '../site.ts';
import { countsByCode } from './code-counts.ts';
import { CodeTable } from './code-table.tsx';
import { KeptRequests } from './kept-requests.tsx';
import { RequestLinks, RequestView } from './request-view.tsx';

/** The page of rejected requests. */
export function rejectedRoutes(site: Site): Hono<SiteEnv> {
  const app = createRoutes();
  app.get('/rejected', async (c) => {
    const known = canDo(site, 'rejections') ? await site.store.rejections() : undefined;
    const content =
      known === undefined ? (
        <p class="empty">This store does not count rejected requests.</p>
      ) : (
        <RejectedView known={known} linked={canDo(site, 'rejection')} />
      );
    const live = known && 'rejections';
    return sendPage(c, site, { page: 'rejected', title: 'Rejected', content, live });
  });
  app.get('/rejected/:key', async (c) => {
    if (!canDo(site, 'rejection')) return c.notFound();
    const rejection = await site.store.rejection(c.req.param('key'));
    if (rejection === undefined) return c.notFound();
    const isDiagnosed = rejection.code === 'invalid_signature' && rejection.request !== undefined;
    const diagnosis = isDiagnosed ? await site.diagnoser.diagnose(rejection) : undefined;
    const kept = canDo(site, 'rejections') ? (await site.store.rejections()).latest : [];
    return sendPage(c, site, {
      ...{ page: 'rejection', title: 'Rejected request', live: 'rejections' },
      actions: <RequestLinks kept={kept} shown={rejection.key} />,
      content: <RequestView rejection={rejection} diagnosis={diagnosis} />,
    });
  });
  return app;
}

function RejectedView({ known, linked }: { known: UnauthenticatedRejections; linked: boolean }) {
  const counts = countsByCode(known.counts);
  return (
    <>
      <p class="note">
        Requests that were rejected before they were authenticated. A genuine event that does not match its
        schema is a <a href="deliveries?state=rejected">rejected delivery</a>.
      </p>
      <div data-region="codes">
        {counts.length === 0 ? <p class="empty">No rejected requests.</p> : <CodeTable counts={counts} />}
      </div>
      <div data-region="kept">
        {counts.length > 0 && <KeptRequests kept={known.latest} linked={linked} />}
      </div>
    </>
  );
}
