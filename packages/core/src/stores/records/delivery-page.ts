import { ConfigurationError } from '../../errors.ts';
import { checkFilter, type DeliveryFilter } from './delivery-filter.ts';
import type { DeliveryRecord } from './delivery-record.ts';

/** The options of `list`: a filter, and the page. */
export interface ListOptions extends DeliveryFilter {
  /**
   * The number of deliveries on a page, from 1 to 1000.
   * @default 50
   */
  readonly limit?: number | undefined;
  /** The `cursor` of the previous page. Omit it for the first page. */
  readonly cursor?: string | undefined;
}

/** A page of deliveries, newest first. */
export interface DeliveryPage {
  readonly deliveries: readonly DeliveryRecord[];
  /** The cursor of the next page. `undefined` if this is the last page. */
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
}

/**
 * Check the options of `list`.
 * @throws ConfigurationError that names the option
 */
export function readListOptions({ limit = 50, cursor, ...filter }: ListOptions = {}): ListRequest {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1000)) {
    throw new ConfigurationError('limit', 'must be a whole number from 1 to 1000.');
  }
  const after = readCursor(cursor);
  checkFilter(filter);
  return { filter, limit, after };
}

/** Return the cursor of the page after this delivery. Deliveries that arrive later do not change that page. */
export function cursorAfter({ receivedAt, key }: Pick<DeliveryRecord, 'receivedAt' | 'key'>): string {
  return `${receivedAt.getTime()}.${key}`;
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
 * @param records at most `limit` records, newest first
 */
export function toPage(records: readonly DeliveryRecord[], limit: number): DeliveryPage {
  const last = records.at(-1);
  return { deliveries: records, cursor: last && records.length === limit ? cursorAfter(last) : undefined };
}
