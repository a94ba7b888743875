import {
  checkFilter,
  type DeliveryFilter,
  type DeliveryPage,
  type DeliveryWithBody,
  type ListOptions,
  readListOptions,
  toPage,
} from '@spiderfoot-webhooks/core/stores';
import type { Query } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { columns, columnsWithBody, toRecord, toRecordWithBody, toRowId } from '../rows/columns.ts';
import { toColumn } from '../rows/text.ts';
import type { SearchIndex } from '../search/search-index.ts';
import { type Position, toPosition } from './conditions.ts';
import { positionOf, selectRows, selectRowsWithin } from './select-rows.ts';

/** Deliveries with their bodies that are in memory at a time. Each body can have 1 MiB. */
const exportPage = 20;

/** Return one page of deliveries. */
export async function listDeliveries(
  db: Database,
  search: SearchIndex,
  options: ListOptions | undefined,
): Promise<DeliveryPage> {
  const { filter, limit, after: place, order, endsAt } = readListOptions(options);
  if (filter.text !== undefined) await search.catchUp();
  const selection = { filter, columns, from: toPosition(place), order, limit };
  if (endsAt === Number.POSITIVE_INFINITY) {
    return toPage((await selectRows(db, selection, db.deadline())).map(toRecord), limit);
  }
  const { rows, searchedTo } = await selectRowsWithin(db, selection, Math.max(0, endsAt - performance.now()));
  return toPage(rows.map(toRecord), limit, searchedTo && { ...searchedTo, key: searchedTo.id });
}

/** Yield all deliveries with their bodies in pages, newest first. */
export async function* readDeliveries(
  db: Database,
  search: SearchIndex,
  filter: DeliveryFilter,
): AsyncGenerator<readonly DeliveryWithBody[], void, undefined> {
  checkFilter(filter);
  if (filter.text !== undefined) await search.catchUp();
  for (let from: Position | undefined; ; ) {
    const rows = await selectRows(db, { filter, columns: columnsWithBody, from, limit: exportPage });
    if (rows.length > 0) yield rows.map(toRecordWithBody);
    if (rows.length < exportPage) return;
    from = positionOf(rows.at(-1));
  }
}

/** The statements that find one delivery. */
export const findQueries = { byKey, byDeliveryId };

/** @param which a delivery's key, or its id */
export async function findDelivery(
  db: Database,
  which: string,
  endpoint?: string,
): Promise<DeliveryWithBody | undefined> {
  const id = toRowId(which);
  const deadline = db.deadline();
  const [row] = [
    ...(id === undefined ? [] : await db.read(findQueries.byKey(db.prefix, id), deadline)),
    ...(await db.read(findQueries.byDeliveryId(db.prefix, which, endpoint), deadline)),
  ];
  return row && toRecordWithBody(row);
}

function byKey(prefix: string, id: string): Query {
  return { text: `SELECT ${columnsWithBody} FROM ${prefix}deliveries AS d WHERE d.id = $1`, values: [id] };
}

/** Without an endpoint, the index is used for each endpoint that exists. There are only a few. */
function byDeliveryId(prefix: string, id: string, endpoint: string | undefined): Query {
  if (endpoint !== undefined) {
    return {
      text: `SELECT ${columnsWithBody} FROM ${prefix}deliveries AS d WHERE d.endpoint = $1 AND d.delivery_id = $2`,
      values: [toColumn(endpoint), toColumn(id)],
    };
  }
  return {
    text: `WITH RECURSIVE endpoints AS (
        (SELECT min(endpoint) AS endpoint FROM ${prefix}deliveries)
        UNION ALL
        SELECT (SELECT min(d.endpoint) FROM ${prefix}deliveries AS d WHERE d.endpoint > e.endpoint)
        FROM endpoints AS e WHERE e.endpoint IS NOT NULL
      )
      SELECT ${columnsWithBody} FROM endpoints AS e
      JOIN ${prefix}deliveries AS d ON d.endpoint = e.endpoint AND d.delivery_id = $1
      ORDER BY d.id DESC LIMIT 1`,
    values: [toColumn(id)],
  };
}
