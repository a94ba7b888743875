import type { Hono } from 'hono';
import { filterQuery, readFilters } from '../filters/filters.ts';
import { listFiltered } from '../filters/list-filtered.ts';
import { rootFrom } from '../layout/base-path.ts';
import { ReplayNotice } from '../layout/notice.tsx';
import { sendPage } from '../layout/page.tsx';
import { canDo, canReplay, createRoutes, type Site, type SiteEnv } from '../site.ts';
import { type ListView, readListedPage, readListView, showsNewest } from './delivery-list.ts';
import { exportStream, readExportFormat } from './export.ts';
import { describeIds } from './filter-texts.ts';
import { RetryAll } from './replay-actions.tsx';
import { DeliveriesView } from './view.tsx';

/** The page of deliveries, and their export. */
export function deliveryListRoutes(site: Site): Hono<SiteEnv> {
  const { storedTypes } = site;
  const app = createRoutes();

  app.get('/deliveries', async (c) => {
    const query = new URL(c.req.url).searchParams;
    const view = readListView(query);
    const root = rootFrom(c.req.path);
    const page = await readListedPage(site, view);
    const severities = await site.severities(page.deliveries);
    const shownAs = describeIds(view.filters, page.deliveries, site);
    const parts = {
      view,
      page,
      severities,
      root,
      shownAs,
      types: await storedTypes(),
      csrfToken: c.get('csrfToken'),
    };
    const abilities = {
      ...{ hasText: canDo(site, 'text'), canExport: canDo(site, 'export') },
      canReplay: canReplay(site),
    };
    const content = (
      <>
        <ReplayNotice query={query} listHref="deliveries" />
        <DeliveriesView {...parts} {...abilities} />
      </>
    );
    const actions = <ListActions {...abilities} view={view} csrfToken={c.get('csrfToken')} />;
    return sendPage(c, site, {
      ...{ page: 'deliveries', title: 'Deliveries', content, actions },
      live: showsNewest(view) ? 'list' : undefined,
    });
  });

  app.get('/export', async (c) => {
    if (!canDo(site, 'export')) return c.notFound();
    const query = new URL(c.req.url).searchParams;
    const format = readExportFormat(query);
    const filters = readFilters(query);
    // An invalid filter must be answered before the response begins.
    await listFiltered(site, filters, { limit: 1, timeLimit: 1 });
    return c.body(await exportStream(site, format, filters), 200, {
      'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8',
      'content-disposition': `attachment; filename="deliveries.${format}"`,
    });
  });

  return app;
}

interface ListActionsParts {
  readonly view: ListView;
  readonly canExport: boolean;
  readonly canReplay: boolean;
  readonly csrfToken: string;
}

function ListActions({ view, canExport, canReplay, csrfToken }: ListActionsParts) {
  const { filters, order } = view;
  const [current, other] = order === 'newest' ? [undefined, 'oldest'] : [order, undefined];
  return (
    <>
      {canReplay && <RetryAll filters={filters} order={current} csrfToken={csrfToken} />}
      <a class="button quiet" href={filterQuery(filters, { order: other }) || '?'}>
        {order === 'newest' ? '↓ Newest first' : '↑ Oldest first'}
      </a>
      {canExport && (
        <>
          <a class="button quiet" href={`export${filterQuery(filters, { format: 'jsonl' })}`} download>
            Export JSON lines
          </a>
          <a class="button quiet" href={`export${filterQuery(filters, { format: 'csv' })}`} download>
            Export CSV
          </a>
        </>
      )}
    </>
  );
}
