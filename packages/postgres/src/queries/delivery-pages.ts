import {
  checkFilter,
  type DeliveryFilter,
  type DeliveryPage,
  type DeliveryWithBody,
  type ListOptions,
  type ListOrder,
  readListOptions,
  toPage,
} from '@spiderfoot-webhooks/core/stores';
import type { Query, Row } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import type { Deadline } from '../connection/deadline.ts';
import { columns, columnsWithBody, toRecord, toRecordWithBody, toRowId } from '../rows/columns.ts';
import { toColumn } from '../rows/text.ts';
import { type SearchIndex, toQuery } from '../search/search-index.ts';
import {
  after,
  createParameters,
  orderBy,
  type Parameters,
  type Position,
  toConditions,
  toPosition,
  where,
} from './conditions.ts';

/** Deliveries with their bodies that are in memory at a time. Each body can have 1 MiB. */
const exportPage = 100;

/** Selects deliveries. */
export interface Selection {
  readonly filter: DeliveryFilter;
  /** Conditions in addition to the filter. */
  readonly also?: readonly string[];
  readonly columns: string;
  /** The position after which the deliveries begin. */
  readonly from: Position | undefined;
  /** @default 'newest' */
  readonly order?: ListOrder;
  readonly limit: number;
}

/** The deliveries that are checked for a text before the index of the words is used. */
const checkedFirst = 2000;

/**
 * Return the statement that selects deliveries by a filter without `text`. The inner part reads only an index, as far as its conditions allow, so that rows that do not match are not read.
 */
export function selectionQuery(prefix: string, selection: Selection): Query {
  const parameters = createParameters();
  const inner = innerSelection(prefix, selection, [], parameters);
  return { text: outerSelection(prefix, selection, inner), values: parameters.values };
}

/** Return the statement that checks the first deliveries for words. It is fast for words that occur often. */
export function frequentWordsQuery(prefix: string, selection: Selection, words: string): Query {
  const parameters = createParameters();
  const first = innerSelection(prefix, { ...selection, limit: checkedFirst }, [], parameters);
  const wanted = parameters.add(words, 'tsquery');
  const inner = `SELECT first.id FROM (${first}) AS first
    WHERE EXISTS (SELECT FROM ${prefix}search_words AS s WHERE s.delivery = first.id AND s.words @@ ${wanted})
    ${orderBy(selection.order ?? 'newest', 'first')} LIMIT ${parameters.add(selection.limit, 'integer')}`;
  return { text: outerSelection(prefix, selection, inner), values: parameters.values };
}

/** Return the statement that finds words by their index. It is fast for words that occur seldom. */
export function rareWordsQuery(prefix: string, selection: Selection, words: string): Query {
  const parameters = createParameters();
  const wanted = parameters.add(words, 'tsquery');
  const inner = innerSelection(prefix, selection, ['d.id IN (SELECT delivery FROM matches)'], parameters);
  return {
    // PostgreSQL cannot estimate how often the beginning of a word occurs. MATERIALIZED makes it use the index.
    text: `WITH matches AS MATERIALIZED (
        SELECT s.delivery FROM ${prefix}search_words AS s WHERE s.words @@ ${wanted}
      ) ${outerSelection(prefix, selection, inner)}`,
    values: parameters.values,
  };
}

function innerSelection(
  prefix: string,
  { filter, also = [], from, order = 'newest', limit }: Selection,
  more: readonly string[],
  parameters: Parameters,
): string {
  const conditions = [
    ...toConditions(filter, parameters),
    ...more,
    ...after(from, order, parameters),
    ...also,
  ];
  return `SELECT d.id, d.received_at FROM ${prefix}deliveries AS d ${where(conditions)}
    ${orderBy(order)} LIMIT ${parameters.add(limit, 'integer')}`;
}

function outerSelection(
  prefix: string,
  { columns: selected, order = 'newest' }: Selection,
  inner: string,
): string {
  return `SELECT ${selected} FROM (${inner}) AS found
    JOIN ${prefix}deliveries AS d ON d.id = found.id ${orderBy(order)}`;
}

/**
 * Return rows of deliveries. Call `search.catchUp` first, if the filter has `text`.
 * @param deadline the deadline of a call that has one, if the filter has no `text`
 */
export async function selectRows(
  db: Database,
  selection: Selection,
  deadline?: Deadline,
): Promise<readonly Row[]> {
  const { text } = selection.filter;
  if (text === undefined) return db.read(selectionQuery(db.prefix, selection), deadline);
  const words = toQuery(text);
  if (words === undefined) return [];
  const rows = await db.read(frequentWordsQuery(db.prefix, selection, words));
  return rows.length === selection.limit ? rows : db.read(rareWordsQuery(db.prefix, selection, words));
}

/** Return one page of deliveries. */
export async function listDeliveries(
  db: Database,
  search: SearchIndex,
  options: ListOptions | undefined,
): Promise<DeliveryPage> {
  const { filter, limit, after: place, order } = readListOptions(options);
  const from = toPosition(place);
  if (filter.text !== undefined) await search.catchUp();
  const rows = await selectRows(db, { filter, columns, from, order, limit }, db.deadline());
  return toPage(rows.map(toRecord), limit);
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

/** Return the position of a row with the columns `id` and `received`. */
export function positionOf(row: Row | undefined): Position | undefined {
  return row && { receivedAt: Number(row.received), id: String(row.id) };
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
