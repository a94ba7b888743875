import { ConfigurationError } from '@spiderfoot-webhooks/core';
import {
  cursorAfter,
  type DeliveryFilter,
  type DeliveryPage,
  type DeliveryRecord,
  type DeliveryStore,
  type ListOptions,
  matchesFilter,
} from '@spiderfoot-webhooks/core/stores';
import { failuresOf } from '../dead-letters/failures.ts';
import type { Site } from '../site.ts';
import { toDeliveryFilter } from './delivery-filter.ts';
import type { Filters } from './filters.ts';

/** The most deliveries that are read for one page of a filter that the store lacks. */
const mostRead = 10_000;
const readAtOnce = 1000;
/** The most deliveries of a replay that are read for one page, each with its body. */
const mostGot = 1000;
const gotAtOnce = 10;

type Page = Pick<ListOptions, 'cursor' | 'order' | 'timeLimit'> & { readonly limit: number };

type Source = Pick<Site, 'store' | 'storedTypes' | 'replays'>;

/** Whether the filters contain one that the store lacks. */
export function needsReading(filters: Filters): boolean {
  return filters.has('failure') || filters.has('replay');
}

/**
 * List deliveries by the filters of a page. A page with a cursor can be shorter than its limit: if the time is over, or if the
 * store lacks a filter and the maximum number of deliveries for one page was read.
 * @throws ConfigurationError that names an invalid filter
 */
export async function listFiltered(site: Source, filters: Filters, page: Page): Promise<DeliveryPage> {
  const { store, storedTypes, replays } = site;
  const filter = await toDeliveryFilter(filters, storedTypes);
  if (filter === undefined) return { deliveries: [], cursor: undefined };
  const [[failure], [replay]] = [filters.get('failure') ?? [], filters.get('replay') ?? []];
  const matches = (delivery: DeliveryRecord) =>
    failure === undefined || failuresOf(delivery).some(({ id }) => id === failure);
  if (replay !== undefined) {
    if (filter.text !== undefined) throw new ConfigurationError('text', 'cannot be used with "replay".');
    const matchesAll = (delivery: DeliveryRecord) => matchesFilter(filter, delivery) && matches(delivery);
    return listKeys(store, replays.keysOf(replay) ?? [], matchesAll, page);
  }
  if (failure !== undefined) return listMatching(store, filter, matches, page);
  return store.list({ ...filter, ...page });
}

async function listMatching(
  store: DeliveryStore,
  filter: DeliveryFilter,
  matches: (delivery: DeliveryRecord) => boolean,
  { limit, cursor, order, timeLimit }: Page,
): Promise<DeliveryPage> {
  const found: DeliveryRecord[] = [];
  let next = cursor;
  let read = 0;
  let isEnded = false;
  do {
    const page = await store.list({ ...filter, limit: readAtOnce, cursor: next, order, timeLimit });
    isEnded = page.deliveries.length < readAtOnce;
    for (const delivery of page.deliveries.filter(matches)) {
      found.push(delivery);
      if (found.length === limit) return { deliveries: found, cursor: cursorAfter(delivery) };
    }
    read += page.deliveries.length;
    next = page.cursor;
  } while (next !== undefined && read < mostRead && !isEnded);
  return { deliveries: found, cursor: next };
}

/** List the deliveries of a replay in the order of its keys. A cursor contains the key of the last delivery that was read. */
async function listKeys(
  store: DeliveryStore,
  newestFirst: readonly string[],
  matches: (delivery: DeliveryRecord) => boolean,
  { limit, cursor = '', order }: Page,
): Promise<DeliveryPage> {
  const keys = order === 'oldest' ? newestFirst.toReversed() : newestFirst;
  const start = keys.indexOf(cursor.split('.')[1] ?? '') + 1;
  const end = Math.min(start + mostGot, keys.length);
  const found: DeliveryRecord[] = [];
  for (let index = start; index < end; index += gotAtOnce) {
    const some = keys.slice(index, Math.min(index + gotAtOnce, end));
    for (const delivery of await Promise.all(some.map((key) => store.get(key)))) {
      if (delivery === undefined || !matches(delivery)) continue;
      found.push(delivery);
      if (found.length === limit) return { deliveries: found, cursor: cursorAfter(delivery) };
    }
  }
  return { deliveries: found, cursor: end < keys.length ? `0.${keys[end - 1]}` : undefined };
}
