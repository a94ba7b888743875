import { ConfigurationError } from '@spiderfoot-webhooks/core';
import {
  cursorAfter,
  cursorTime,
  type DeliveryPage,
  type DeliveryRecord,
  type ListOrder,
} from '@spiderfoot-webhooks/core/stores';
import { type Filters, readFilters } from '../filters/filters.ts';
import { listFiltered } from '../filters/list-filtered.ts';
import type { Site } from '../site.ts';

/** The deliveries on a page. */
export const pageSize = 50;

/** Milliseconds after which the search for a page ends. The next page continues the search. */
const searchLimit = 1000;

/** The view of the list that a URL selects. */
export interface ListView {
  readonly filters: Filters;
  readonly order: ListOrder;
  /** The page after this cursor. */
  readonly after: string | undefined;
  /** The page before this cursor. */
  readonly before: string | undefined;
}

/** A page of the list, in the order of the view. */
export interface ListedPage {
  readonly deliveries: readonly DeliveryRecord[];
  /** The cursor of the next page, if any. */
  readonly next: string | undefined;
  /** The cursor before which the previous page ends, if there may be one. */
  readonly previous: string | undefined;
  /** The time up to which the deliveries were searched, if the page is not full and more may match. */
  readonly searchedTo: Date | undefined;
}

/**
 * Read the view of a URL.
 * @throws ConfigurationError if the order is invalid
 */
export function readListView(query: URLSearchParams): ListView {
  const order = query.get('order') || 'newest';
  if (order !== 'newest' && order !== 'oldest') {
    throw new ConfigurationError('order', `must be "newest" or "oldest" (got ${JSON.stringify(order)}).`);
  }
  const [after, before] = [query.get('cursor') || undefined, query.get('before') || undefined];
  return { filters: readFilters(query), order, after, before };
}

/** Whether new deliveries belong at the top of the view. */
export function showsNewest({ order, after, before }: ListView): boolean {
  return order === 'newest' && after === undefined && before === undefined;
}

/**
 * Read the page of a view.
 * @param timeLimit milliseconds after which the search ends
 * @throws ConfigurationError that names an invalid filter
 */
export async function readListedPage(
  site: Pick<Site, 'store' | 'storedTypes' | 'replays'>,
  { filters, order, after, before }: ListView,
  timeLimit = searchLimit,
): Promise<ListedPage> {
  // One delivery more shows whether another page follows.
  const page = { limit: pageSize + 1, timeLimit };
  if (before !== undefined) {
    const found = await listFiltered(site, filters, { ...page, cursor: before, order: opposite(order) });
    const deliveries = found.deliveries.slice(0, pageSize).toReversed();
    return {
      deliveries,
      next: cursorOf(deliveries.at(-1)) ?? before,
      previous: found.deliveries.length > pageSize ? cursorOf(deliveries[0]) : found.cursor,
      searchedTo: searchedTo(found, filters),
    };
  }
  const found = await listFiltered(site, filters, { ...page, cursor: after, order });
  const deliveries = found.deliveries.slice(0, pageSize);
  return {
    deliveries,
    next: found.deliveries.length > pageSize ? cursorOf(deliveries.at(-1)) : found.cursor,
    previous: after === undefined ? undefined : (cursorOf(deliveries[0]) ?? after),
    searchedTo: searchedTo(found, filters),
  };
}

/** The cursor of a replay's list contains no time. */
function searchedTo({ deliveries, cursor }: DeliveryPage, filters: Filters): Date | undefined {
  if (cursor === undefined || deliveries.length >= pageSize || filters.has('replay')) return undefined;
  return cursorTime(cursor);
}

function opposite(order: ListOrder): ListOrder {
  return order === 'newest' ? 'oldest' : 'newest';
}

function cursorOf(delivery: DeliveryRecord | undefined): string | undefined {
  return delivery && cursorAfter(delivery);
}
