import type { Severity } from '@spiderfoot-webhooks/core/events';
import { FilterChips, FilterForm } from '../filters/filter-form.tsx';
import { filterQuery } from '../filters/filters.ts';
import { CsrfField } from '../layout/csrf-field.tsx';
import type { ListedPage, ListView } from './delivery-list.ts';
import { pageSize } from './delivery-list.ts';
import { DeliveryRows } from './rows.tsx';

interface ViewParts {
  readonly view: ListView;
  readonly page: ListedPage;
  readonly severities: ReadonlyMap<string, Severity>;
  readonly types: readonly string[];
  readonly root: string;
  readonly hasText: boolean;
  readonly canReplay: boolean;
  readonly csrfToken: string;
}

/** The page of deliveries: filters, table, paging. */
export function DeliveriesView(parts: ViewParts) {
  const { view, page, severities, types, root, hasText, canReplay, csrfToken } = parts;
  const order = view.order === 'newest' ? undefined : view.order;
  const query = filterQuery(view.filters, { order });
  const table = { page, severities, root, query };
  return (
    <>
      <FilterForm filters={view.filters} types={types} hasText={hasText} order={order} />
      <FilterChips filters={view.filters} order={order} />
      {view.filters.has('severity') && (
        <p class="note">
          The filter uses the severity of the event type. An event that states another severity shows its own.
        </p>
      )}
      {canReplay ? (
        <form method="post" action={`${root}replay`}>
          <CsrfField token={csrfToken} />
          <input type="hidden" name="back" value={query} />
          <BulkActions />
          <DeliveryTable {...table} selectable />
        </form>
      ) : (
        <DeliveryTable {...table} selectable={false} />
      )}
      <p class="empty" data-empty="" hidden={page.deliveries.length > 0}>
        {view.filters.size > 0 ? 'No delivery matches these filters.' : 'No deliveries yet.'}
      </p>
      <Paging view={view} page={page} order={order} />
    </>
  );
}

interface TableParts extends Pick<ViewParts, 'page' | 'severities' | 'root'> {
  readonly query: string;
  readonly selectable: boolean;
}

function DeliveryTable(parts: TableParts) {
  const { page, ...rows } = parts;
  return (
    <table class="rows">
      <Columns selectable={rows.selectable} />
      <tbody data-rows={pageSize}>
        <DeliveryRows deliveries={page.deliveries} {...rows} />
      </tbody>
    </table>
  );
}

function BulkActions() {
  return (
    <div class="bulk">
      <button type="submit" data-bulk="" data-replay="" data-confirm="Replay {count} deliveries?">
        Replay
      </button>
      <span class="note" data-selected=""></span>
    </div>
  );
}

function Columns({ selectable }: { selectable: boolean }) {
  return (
    <thead>
      <tr>
        {selectable && (
          <th scope="col" class="select">
            <input
              type="checkbox"
              data-select-all=""
              data-script=""
              hidden
              aria-label="Select all deliveries on this page"
            />
          </th>
        )}
        <Column name="time">Received</Column>
        <Column name="severity">Severity</Column>
        <Column name="type">Event</Column>
        <Column name="target">Target</Column>
        <Column name="scan wide">Scan</Column>
        <Column name="endpoint wide">Endpoint</Column>
        <Column name="attempts wide number">Attempts</Column>
        <Column name="state">State</Column>
      </tr>
    </thead>
  );
}

function Column({ name, children }: { name: string; children?: string }) {
  return (
    <th scope="col" class={name}>
      {children}
    </th>
  );
}

function Paging({ view, page, order }: Pick<ViewParts, 'view' | 'page'> & { order: string | undefined }) {
  const [back, forward] = order === 'oldest' ? ['Older', 'Newer'] : ['Newer', 'Older'];
  const { previous, next } = page;
  return (
    <nav class="pages" aria-label="Pages of deliveries">
      <PageLink
        query={previous && filterQuery(view.filters, { order, before: previous })}
      >{`← ${back}`}</PageLink>
      <PageLink query={next && filterQuery(view.filters, { order, cursor: next })}>{`${forward} →`}</PageLink>
    </nav>
  );
}

function PageLink({ query, children }: { query: string | undefined; children?: string }) {
  if (query === undefined) {
    return (
      <span class="button" aria-disabled="true">
        {children}
      </span>
    );
  }
  return (
    <a class="button" href={query}>
      {children}
    </a>
  );
}
