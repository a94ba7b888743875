import type { DeliveryFilter, ListOrder } from '@spiderfoot-webhooks/core/stores';
import type { Query } from '../connection/clients.ts';
import { milliseconds } from '../rows/columns.ts';
import {
  after,
  createParameters,
  orderBy,
  type Parameters,
  type Position,
  toConditions,
  upTo,
  where,
} from './conditions.ts';

/** Selects deliveries. */
export interface Selection {
  readonly filter: DeliveryFilter;
  /** Conditions in addition to the filter. */
  readonly also?: readonly string[];
  /** They must include `id` and `received`. */
  readonly columns: string;
  /** The position after which the deliveries begin. */
  readonly from: Position | undefined;
  /** The position of the last delivery that is searched. @default that of the last delivery */
  readonly upTo?: Position | undefined;
  /** @default 'newest' */
  readonly order?: ListOrder;
  readonly limit: number;
}

/** The deliveries that are checked for a text before the index of the words is used. */
export const checkedFirst = 2000;

/**
 * Return the statement that selects deliveries by a filter without `text`. If its conditions allow it, the inner part reads
 * only an index, so that rows that do not match are not read.
 */
export function selectionQuery(prefix: string, selection: Selection): Query {
  const parameters = createParameters();
  const inner = innerSelection(prefix, selection, [], parameters);
  return { text: outerSelection(prefix, selection, inner), values: parameters.values };
}

/**
 * Return the statement that checks the first deliveries for words. It is fast for words that occur often, and for other filters
 * that select few deliveries. Each row has the number of checked deliveries. If none matches, one row has only this number.
 */
export function frequentWordsQuery(prefix: string, selection: Selection, words: string): Query {
  const parameters = createParameters();
  const first = innerSelection(prefix, { ...selection, limit: checkedFirst }, [], parameters);
  const wanted = parameters.add(words, 'tsquery');
  const inner = `SELECT first.id FROM first
    WHERE EXISTS (SELECT FROM ${prefix}search_words AS s WHERE s.delivery = first.id AND s.words @@ ${wanted})
    ${orderBy(selection.order ?? 'newest', 'first')} LIMIT ${parameters.add(selection.limit, 'integer')}`;
  return {
    text: `WITH first AS MATERIALIZED (${first})
      SELECT counted.checked, page.* FROM (SELECT count(*) AS checked FROM first) AS counted
      LEFT JOIN (${outerSelection(prefix, selection, inner)}) AS page ON true
      ORDER BY page.received ${directionOf(selection)}, page.id ${directionOf(selection)}`,
    values: parameters.values,
  };
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

function directionOf({ order = 'newest' }: Selection): string {
  return order === 'newest' ? 'DESC' : 'ASC';
}

function innerSelection(
  prefix: string,
  { filter, also = [], from, upTo: last, order = 'newest', limit }: Selection,
  more: readonly string[],
  parameters: Parameters,
): string {
  const conditions = [
    ...toConditions(filter, parameters),
    ...more,
    ...after(from, order, parameters),
    ...upTo(last, order, parameters),
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

/** Return the statement that finds the position a number of deliveries after another position. It reads only an index. */
export function positionQuery(prefix: string, selection: Selection, number: number): Query {
  const { since, until } = selection.filter;
  const parameters = createParameters();
  const times = {
    ...selection,
    filter: { ...(since && { since }), ...(until && { until }) },
    also: [],
    limit: 1,
  };
  const inner = innerSelection(prefix, times, [], parameters);
  return {
    text: `SELECT found.id, ${milliseconds('found.received_at')} AS received
      FROM (${inner} OFFSET ${parameters.add(number - 1, 'integer')}) AS found`,
    values: parameters.values,
  };
}
