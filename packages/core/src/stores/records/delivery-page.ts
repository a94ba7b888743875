import { ConfigurationError } from '../../errors.ts';
import { readNumber } from '../../options/number-options.ts';
import { checkFilter, type DeliveryFilter } from './delivery-filter.ts';
import type { DeliveryRecord } from './delivery-record.ts';

/** The order of a listing by the time of receipt: the newest or the oldest delivery first. */
export type ListOrder = 'newest' | 'oldest';

/** The options of `list`: a filter, and the page. */
export interface ListOptions extends DeliveryFilter {
  /**
   * The number of deliveries on a page, from 1 to 1000.
   * @default 50
   */
  readonly limit?: number | undefined;
  /**
   * The `cursor` of the previous page. Omit it for the first page. A cursor can also be used in the other order: the page
   * then begins with the neighbor of the same delivery on its other side.
   */
  readonly cursor?: string | undefined;
  /**
   * The delivery that is listed first.
   * @default 'newest'
   * @example
   * // The page of newer deliveries before a page:
   * const newer = await store.list({ order: 'oldest', cursor: cursorAfter(page.deliveries[0]) });
   */
  readonly order?: ListOrder | undefined;
  /**
   * Milliseconds after which the store ends the search, even if the page is not full. If few deliveries match, a store may
   * read millions of others to fill a page. Each page continues the search of the previous one. The wait for a connection
   * is not part of the time.
   * @default undefined: the search ends when the page is full
   * @example
   * const { deliveries, cursor } = await store.list({ text: 'perimeter', state: 'dead', timeLimit: 100 });
   * if (cursor !== undefined) console.log(`There may be more before ${cursorTime(cursor).toISOString()}.`);
   */
  readonly timeLimit?: number | undefined;
}

/** A page of deliveries. */
export interface DeliveryPage {
  readonly deliveries: readonly DeliveryRecord[];
  /**
   * The cursor of the next page. `undefined` if this is the last page. A page with a cursor has fewer deliveries than
   * `limit`, or none, if the store ended the search before the page was full.
   */
  readonly cursor: string | undefined;
}

/** The place of a delivery in a listing. */
export interface ListPlace {
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly key: string;
}

/** {@link ListOptions}, checked and with defaults. */
export interface ListRequest {
  readonly filter: DeliveryFilter;
  readonly limit: number;
  /** The last delivery of the previous page. `undefined` for the first page. */
  readonly after: ListPlace | undefined;
  readonly order: ListOrder;
  /** The time at which the search ends, on the clock of `performance.now()`. */
  readonly endsAt: number;
}

/**
 * Check the options of `list`.
 * @throws ConfigurationError that names the option
 */
export function readListOptions({
  limit = 50,
  cursor,
  order = 'newest',
  timeLimit,
  ...filter
}: ListOptions = {}): ListRequest {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1000)) {
    throw new ConfigurationError('limit', 'must be a whole number from 1 to 1000.');
  }
  if (order !== 'newest' && order !== 'oldest') {
    throw new ConfigurationError('order', `must be "newest" or "oldest" (got ${JSON.stringify(order)}).`);
  }
  const endsAt =
    timeLimit === undefined
      ? Number.POSITIVE_INFINITY
      : performance.now() + readNumber('timeLimit', timeLimit, 'milliseconds');
  const after = readCursor(cursor);
  checkFilter(filter);
  return { filter, limit, after, order, endsAt };
}

/**
 * Return the cursor of the page after this delivery. In the order `newest`, deliveries that arrive later do not change that
 * page.
 */
export function cursorAfter({
  receivedAt,
  listedAt = receivedAt,
  key,
}: Pick<DeliveryRecord, 'receivedAt' | 'listedAt' | 'key'>): string {
  return toCursor({ receivedAt: listedAt.getTime(), key });
}

function toCursor({ receivedAt, key }: ListPlace): string {
  return `${receivedAt}.${key}`;
}

/**
 * Return the time up to which the store had searched when it returned a cursor.
 * @throws ConfigurationError if it is not a cursor
 */
export function cursorTime(cursor: string): Date {
  return new Date(readCursor(cursor)?.receivedAt ?? Number.NaN);
}

/**
 * Read a cursor.
 * @throws ConfigurationError for any other text, because a list that starts again would never end
 */
function readCursor(cursor: string | undefined): ListPlace | undefined {
  if (cursor === undefined) return undefined;
  const [, receivedAt, key] = /^(-?\d{1,16})\.([^.]+)$/.exec(cursor) ?? [];
  if (receivedAt !== undefined && key !== undefined) return { receivedAt: Number(receivedAt), key };
  throw new ConfigurationError('cursor', 'must be the cursor of a previous page.');
}

/**
 * Create a page from records.
 * @param records at most `limit` records, in the order of the listing
 * @param searchedTo the place at which the search ended, if the page is not full and more may follow
 */
export function toPage(
  records: readonly DeliveryRecord[],
  limit: number,
  searchedTo?: ListPlace,
): DeliveryPage {
  const last = records.at(-1);
  if (last !== undefined && records.length === limit) {
    return { deliveries: records, cursor: cursorAfter(last) };
  }
  return { deliveries: records, cursor: searchedTo && toCursor(searchedTo) };
}
