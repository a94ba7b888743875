import { setImmediate as turn } from 'node:timers/promises';
import type { Connection } from '../database/writable-connection.ts';
import {
  type Condition,
  type DeliveryFilter,
  type Lead,
  leadOfTime,
  leadsOf,
  toCondition,
} from './filter-conditions.ts';

/** Looks into the file, when it can be looked into. */
export type Read = <Result>(run: () => Result) => Promise<Result>;

/** Where a walk has come to. */
export interface Place {
  readonly received_at: number;
  readonly id: number;
}

/** Entries of an index that are walked in one go: some milliseconds. What comes meanwhile waits for no more. */
const entriesAtOnce = 2000;

const newestFirst = 'ORDER BY received_at DESC, id DESC';

/** What is looked for. */
export interface Sought {
  /** Without `text`. */
  readonly filter: DeliveryFilter;
  /** What has to hold beside the filter. */
  readonly also?: Condition;
  /** Of the rows; `id` and `received_at` among them. */
  readonly columns: string;
}

/**
 * Rows of deliveries behind a place, newest first, so many at the most. Where several conditions have to hold, what all of
 * them leave may be little, and far apart: the index is walked in slices, and the event loop turns between them.
 */
export async function walk(
  connection: Connection,
  read: Read,
  { filter, also = anything, columns }: Sought,
  from: Place | undefined,
  limit: number,
): Promise<readonly Place[]> {
  const wanted = and(toCondition(filter), also);
  const { lead, isWhole } = await read(() => choose(connection, filter, also));
  const within = conditionOf(lead, filter);
  const found: Place[] = [];
  for (let after = from; ; ) {
    const { rows, end } = await read(() => {
      const place = isWhole ? undefined : placeAfter(connection, lead, within, after, entriesAtOnce);
      const all = and(wanted, behind(after), downTo(place));
      return { rows: select(connection, lead, columns, all, limit - found.length), end: place };
    });
    found.push(...rows);
    if (found.length >= limit || end === undefined) return found;
    after = end;
    await turn();
  }
}

/** The place that lies so many entries of an index behind another one; `undefined` where there are not so many. */
export function placeAfter(
  connection: Connection,
  { index }: Lead,
  within: Condition,
  after: Place | undefined,
  entries: number,
): Place | undefined {
  const { sql, values } = and(within, behind(after));
  return connection
    .statement(
      `SELECT received_at, id FROM webhook_logs INDEXED BY ${index} WHERE ${sql} ${newestFirst} LIMIT 1 OFFSET ?`,
    )
    .get(...values, entries - 1) as Place | undefined;
}

function select(
  connection: Connection,
  { index }: Lead,
  columns: string,
  { sql, values }: Condition,
  limit: number,
): readonly Place[] {
  return connection
    .statement(`SELECT ${columns} FROM webhook_logs INDEXED BY ${index} WHERE ${sql} ${newestFirst} LIMIT ?`)
    .all(...values, limit) as Place[];
}

/** The index that has the fewest entries to be walked, and whether each of them is wanted. */
function choose(
  connection: Connection,
  filter: DeliveryFilter,
  also: Condition,
): { readonly lead: Lead; readonly isWhole: boolean } {
  const leads = leadsOf(filter);
  const { since: _, until: _2, ...conditions } = filter;
  const count = Object.values(conditions).filter((value) => value !== undefined).length;
  if (also === anything && count === leads.length && count <= 1) {
    return { lead: leads[0] ?? leadOfTime, isWhole: true };
  }
  const counted = leads
    .map((lead) => ({ lead, entries: countEntries(connection, lead, filter) }))
    .sort((a, b) => a.entries - b.entries);
  const [fewest] = counted;
  if (fewest !== undefined && fewest.entries < entriesAtOnce) return { lead: fewest.lead, isWhole: false };
  // Only the index by time tells by itself what the other conditions are about.
  const lead = leads.find(({ name }) => name === 'scanId' || name === 'target') ?? leadOfTime;
  return { lead, isWhole: false };
}

/** How many entries there are to be walked; not further than it matters. */
function countEntries(connection: Connection, lead: Lead, filter: DeliveryFilter): number {
  const { sql, values } = conditionOf(lead, filter);
  const counted = connection
    .statement(
      `SELECT count(*) AS entries FROM (SELECT 1 FROM webhook_logs INDEXED BY ${lead.index} WHERE ${sql} LIMIT ?)`,
    )
    .get(...values, entriesAtOnce) as { readonly entries: number };
  return counted.entries;
}

/** The part of a filter that an index answers by its order. */
export function conditionOf({ name }: Lead, filter: DeliveryFilter): Condition {
  const { since, until } = filter;
  const times = { ...(since && { since }), ...(until && { until }) };
  return toCondition(name === undefined ? times : { [name]: filter[name], ...times });
}

export const anything: Condition = { sql: 'TRUE', values: [] };

export function and(...conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

export function behind(place: Place | undefined): Condition {
  if (place === undefined) return anything;
  return { sql: '(received_at, id) < (?, ?)', values: [place.received_at, place.id] };
}

export function downTo(place: Place | undefined): Condition {
  if (place === undefined) return anything;
  return { sql: '(received_at, id) >= (?, ?)', values: [place.received_at, place.id] };
}
