import type { Severity } from '@spiderfoot-webhooks/core/events';
import { FilterChips, FilterForm } from '../filters/filter-form.tsx';
import { type FilterName, filterQuery } from '../filters/filters.ts';
import { type Column, ColumnHeads } from '../layout/column-heads.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { StepLink } from '../layout/step-link.tsx';
import { Time } from '../layout/time.tsx';
import { mostReplays } from '../replay/recent-replays.ts';
import type { ListedPage, ListView } from './delivery-list.ts';
import { pageSize } from './delivery-list.ts';
import { BulkActions } from './replay-actions.tsx';
import { DeliveryRows } from './rows.tsx';

interface ViewParts {
  readonly view: ListView;
  readonly page: ListedPage;
  readonly severities: ReadonlyMap<string, Severity>;
  readonly types: readonly string[];
  /** The texts of filters whose value is an id. */
  readonly shownAs: ReadonlyMap<FilterName, string>;
  readonly root: string;
  readonly hasText: boolean;
  readonly canExport: boolean;
  readonly canReplay: boolean;
  readonly csrfToken: string;
}

/** The page of deliveries: filters, table, paging. */
export function DeliveriesView(parts: ViewParts) {
  const { view, page, severities, types, shownAs, root, hasText, canExport, canReplay, csrfToken } = parts;
  const order = view.order === 'newest' ? undefined : view.order;
  const query = filterQuery(view.filters, { order });
  const table = { page, severities, root, query };
  return (
    <>
      <FilterForm filters={view.filters} types={types} hasText={hasText} order={order} />
      <FilterChips filters={view.filters} order={order} shownAs={shownAs} />
      {view.filters.has('severity') && (
        <p class="note">
          This filter uses the severity of the event type. The list shows the severity that an event states,
          which can be different.
        </p>
      )}
      {canReplay ? (
        <form method="post" action={`${root}replay`}>
          <CsrfField token={csrfToken} />
          <input type="hidden" name="back" value={query} />
          <BulkActions filters={view.filters} />
          <DeliveryTable {...table} selectable />
        </form>
      ) : (
        <DeliveryTable {...table} selectable={false} />
      )}
      <PartNotice view={view} page={page} order={order} />
      {!(hasText && canExport) && (
        <p class="note">
          {`This store cannot ${[!hasText && 'search the text of events', !canExport && 'export deliveries'].filter(Boolean).join(' or ')}. Use SQLite or PostgreSQL instead.`}
        </p>
      )}
      {view.filters.has('replay') && !shownAs.has('replay') && (
        <p class="note">
          {`The inspector does not know this replay. It remembers its latest ${mostReplays} replays until it is restarted.`}
        </p>
      )}
      <div class="empty" data-empty="" hidden={page.deliveries.length > 0 || isPart(view, page)}>
        {view.filters.size > 0 ? <NoMatch order={order} /> : <NoDeliveries root={root} />}
      </div>
      <Paging view={view} page={page} order={order} />
    </>
  );
}

/** Whether the search ended before the page was full, so that more deliveries may match. */
function isPart({ before }: ListView, { deliveries, next, previous }: ListedPage): boolean {
  return deliveries.length < pageSize && (before === undefined ? next : previous) !== undefined;
}

function PartNotice({ view, page, order }: PagingParts) {
  if (!isPart(view, page)) return null;
  const { next, previous, searchedTo } = page;
  const isBackward = (view.order === 'newest') === (view.before === undefined);
  return (
    <p class="note" data-searched="">
      {searchedTo === undefined ? (
        'Only some of the deliveries were searched. '
      ) : (
        <>
          {isBackward ? 'Searched back to ' : 'Searched up to '}
          <Time at={searchedTo} />
          {'. '}
        </>
      )}
      <a
        href={filterQuery(
          view.filters,
          view.before === undefined ? { order, cursor: next } : { order, before: previous },
        )}
      >
        Continue searching
      </a>
    </p>
  );
}

function NoMatch({ order }: { order: string | undefined }) {
  return (
    <>
      <p>No delivery matches these filters.</p>
      <a class="button" href={filterQuery(new Map(), { order }) || '?'}>
        Show all deliveries
      </a>
    </>
  );
}

function NoDeliveries({ root }: { root: string }) {
  return (
    <>
      <p>No deliveries yet.</p>
      <p>A delivery appears here when the receiver accepts it.</p>
      <a class="button" href={`${root}try-it`}>
        Send a test event
      </a>
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
      <ColumnHeads columns={[rows.selectable && { label: <SelectAll />, class: 'select' }, ...columns]} />
      <tbody data-rows={pageSize}>
        <DeliveryRows deliveries={page.deliveries} {...rows} />
      </tbody>
    </table>
  );
}

const columns: readonly Column[] = [
  { label: 'Received', class: 'time' },
  { label: 'Severity', class: 'severity' },
  { label: 'Event', class: 'type' },
  { label: 'Target', class: 'target' },
  { label: 'Scan', class: 'scan wide' },
  { label: 'Endpoint', class: 'endpoint wide' },
  { label: 'Attempts', class: 'attempts wide number' },
  { label: 'State', class: 'state' },
];

function SelectAll() {
  return (
    <input
      type="checkbox"
      data-select-all=""
      data-script=""
      hidden
      aria-label="Select all deliveries on this page"
    />
  );
}

interface PagingParts extends Pick<ViewParts, 'view' | 'page'> {
  readonly order: string | undefined;
}

function Paging({ view, page, order }: PagingParts) {
  const [back, forward] = order === 'oldest' ? ['Older', 'Newer'] : ['Newer', 'Older'];
  const { previous, next } = page;
  return (
    <nav class="pages" aria-label="Pages of deliveries">
      <StepLink href={previous && filterQuery(view.filters, { order, before: previous })}>
        {`← ${back}`}
      </StepLink>
      <StepLink href={next && filterQuery(view.filters, { order, cursor: next })}>{`${forward} →`}</StepLink>
    </nav>
  );
}
