import type { UnauthenticatedRejections } from '@spiderfoot-webhooks/core/stores';
import type { Hono } from 'hono';
import { sendPage } from '../layout/page.tsx';
import { canDo, createRoutes, type Site, type SiteEnv } from '../site.ts';
import { countsByCode } from './code-counts.ts';
import { CodeTable } from './code-table.tsx';
import { createDiagnosesAhead } from './diagnose-ahead.ts';
import { KeptRequests } from './kept-requests.tsx';
import { RequestHeading, RequestLinks, RequestView } from './request-view.tsx';

/** The page of rejected requests. */
export function rejectedRoutes(site: Site): Hono<SiteEnv> {
  const app = createRoutes();
  const diagnoseAhead = createDiagnosesAhead(site);
  app.get('/rejected', async (c) => {
    const known = canDo(site, 'rejections') ? await site.store.rejections() : undefined;
    if (known !== undefined) diagnoseAhead(known.latest);
    const content =
      known === undefined ? (
        <div class="empty">
          <p>
            This store does not count rejected requests. To see them on this page, use SQLite or PostgreSQL.
          </p>
        </div>
      ) : (
        <RejectedView known={known} site={site} />
      );
    const live = known && 'rejections';
    return sendPage(c, site, {
      ...{ page: 'rejected', title: 'Rejected', live, content },
      heading: <RejectedHeading />,
    });
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
      heading: <RequestHeading rejection={rejection} />,
      actions: <RequestLinks kept={kept} shown={rejection.key} />,
      content: <RequestView rejection={rejection} diagnosis={diagnosis} />,
    });
  });
  return app;
}

function RejectedHeading() {
  return (
    <div>
      <h1>Rejected</h1>
      <p class="note">
        Requests that were rejected before they were authenticated. A genuine event that does not match its
        schema is a <a href="deliveries?state=rejected">rejected delivery</a>.
      </p>
    </div>
  );
}

function RejectedView({ known, site }: { known: UnauthenticatedRejections; site: Site }) {
  const counts = countsByCode(known.counts);
  return (
    <div class="columns wide-second">
      <div data-region="codes">{counts.length === 0 ? <NoRejections /> : <CodeTable counts={counts} />}</div>
      <div data-region="kept">{counts.length > 0 && <KeptRequests kept={known.latest} site={site} />}</div>
    </div>
  );
}

function NoRejections() {
  return (
    <div class="empty">
      <p>No rejected requests.</p>
      <p>
        A request appears here if it is rejected before it is authenticated, for example because its signature
        is invalid.
      </p>
    </div>
  );
}
