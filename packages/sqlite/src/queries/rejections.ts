import { setImmediate as turn } from 'node:timers/promises';
import {
  type RejectedRequest,
  type RejectionCount,
  type RejectionOptions,
  type RejectionRecord,
  type RejectionWithRequest,
  readRejectionOptions,
  readRequestHeaders,
  type UnauthenticatedRejections,
} from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { bytesOf, jsonOf, numberOf, textOf, timeOf } from '../rows/cells.ts';
import { toRowNumber } from '../rows/row-number.ts';

/** Counts that are read in one turn of the event loop. This takes some milliseconds. */
const countsAtOnce = 2000;

/** Return the deliveries that were rejected before they were authenticated. */
export async function readRejections(
  db: Database,
  options: RejectionOptions | undefined,
): Promise<UnauthenticatedRejections> {
  const since = readRejectionOptions(options) ?? Number.MIN_SAFE_INTEGER;
  const latest = await db.read(() => listRejections(db));
  return { counts: await countRejections(db, since), latest };
}

/** Each hour is in the order of the primary key. Hours are read from the newest to the oldest. */
const countsOfHours = `
  SELECT hour, endpoint, code, count FROM webhook_rejections WHERE hour >= ? AND hour < ?
  ORDER BY hour DESC, endpoint, code`;

const hourAfter = `
  SELECT hour FROM webhook_rejections WHERE hour >= ? AND hour < ? ORDER BY hour DESC LIMIT 1 OFFSET ${countsAtOnce}`;

/** Without retention, the counts of years are kept, so they are read in slices of whole hours. */
async function countRejections(db: Database, since: number): Promise<readonly RejectionCount[]> {
  const counts: RejectionCount[] = [];
  for (let end = Number.MAX_SAFE_INTEGER; ; ) {
    const begin = await db.read(() => {
      const next = db.statement(hourAfter).get(since, end) as { readonly hour: number } | undefined;
      const first = next === undefined ? since : Math.max(since, next.hour);
      const rows = db.statement(countsOfHours).all(first, end) as Row[];
      for (const row of rows) counts.push(toCount(row));
      return next?.hour;
    });
    if (begin === undefined) return counts;
    end = begin;
    await turn();
  }
}

function toCount({ hour: began, endpoint, code, count }: Row): RejectionCount {
  return {
    hour: timeOf(began) ?? new Date(0),
    endpoint: textOf(endpoint) ?? '',
    code: textOf(code) ?? '',
    count: numberOf(count),
  };
}

type Row = Readonly<Record<string, unknown>>;

const columns = 'id, received_at, endpoint, code, source_ip';

/** Return the rejections whose requests are kept, newest first. */
function listRejections(db: Database): readonly RejectionRecord[] {
  const rows = db.statement(`SELECT ${columns} FROM webhook_unauthenticated ORDER BY id DESC`).all() as Row[];
  return rows.map(toRejection);
}

/** Return a rejection with its request. */
export function findRejection(db: Database, key: string): RejectionWithRequest | undefined {
  const row = db
    .statement(
      `SELECT ${columns}, method, headers, body, truncated FROM webhook_unauthenticated WHERE id = ?`,
    )
    .get(toRowNumber(key) ?? null) as Row | undefined;
  return row && { ...toRejection(row), request: requestOf(row) };
}

function toRejection({ id, received_at, endpoint, code, source_ip }: Row): RejectionRecord {
  return {
    key: String(id),
    receivedAt: timeOf(received_at) ?? new Date(0),
    endpoint: textOf(endpoint) ?? '',
    code: textOf(code) ?? '',
    ip: textOf(source_ip),
  };
}

function requestOf({ method, headers, body, truncated }: Row): RejectedRequest | undefined {
  if (headers === null) return undefined;
  return {
    method: textOf(method) ?? '',
    headers: readRequestHeaders(jsonOf(headers)),
    body: body === null ? undefined : bytesOf(body),
    truncated: truncated === 1,
  };
}
