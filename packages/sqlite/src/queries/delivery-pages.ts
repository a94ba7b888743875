import {
  checkFilter,
  type DeliveryFilter,
  type DeliveryPage,
  type DeliveryWithBody,
  type ListOptions,
  readListOptions,
  toPage,
} from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import {
  columns,
  columnsWithBody,
  type Row,
  type RowWithBody,
  toRecord,
  toRecordWithBody,
} from '../rows/delivery-records.ts';
import type { SearchIndex } from '../search/search-index.ts';
import { findRows } from './find-rows.ts';
import { type Position, toPlace, toPosition } from './position.ts';

/** The number of deliveries whose bodies are in memory at a time. Each body can have 1 MiB. */
const exportPage = 20;

/** Return one page of deliveries. */
export async function listDeliveries(
  db: Database,
  search: SearchIndex,
  options: ListOptions | undefined,
): Promise<DeliveryPage> {
  const { filter, limit, after, order, endsAt } = readListOptions(options);
  const from = toPosition(after);
  const query = { filter, columns, order, endsAt };
  const { rows, searchedTo } = await findRows(db, search, query, from, limit);
  return toPage((rows as Row[]).map(toRecord), limit, searchedTo && toPlace(searchedTo));
}

/** Yield all deliveries with their bodies in pages, newest first. */
export async function* readDeliveries(
  db: Database,
  search: SearchIndex,
  filter: DeliveryFilter,
): AsyncGenerator<readonly DeliveryWithBody[], void, undefined> {
  checkFilter(filter);
  const query = { filter, columns: columnsWithBody };
  for (let from: Position | undefined; ; ) {
    const { rows } = await findRows(db, search, query, from, exportPage);
    if (rows.length > 0) yield (rows as RowWithBody[]).map(toRecordWithBody);
    if (rows.length < exportPage) return;
    from = rows.at(-1);
  }
}
