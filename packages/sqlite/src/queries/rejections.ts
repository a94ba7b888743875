import {
  type RejectedRequest,
  type RejectionCount,
  type RejectionRecord,
  type RejectionWithRequest,
  readRequestHeaders,
  type UnauthenticatedRejections,
} from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { bytesOf, jsonOf, numberOf, textOf, timeOf } from '../rows/cells.ts';
import { toRowNumber } from '../rows/row-number.ts';

/** Return the deliveries that were rejected before they were authenticated. */
export function readRejections(db: Database): UnauthenticatedRejections {
  return { counts: countRejections(db), latest: listRejections(db) };
}

function countRejections(db: Database): readonly RejectionCount[] {
  const rows = db
    .statement(
      'SELECT hour, endpoint, code, count FROM webhook_rejections ORDER BY hour DESC, endpoint, code',
    )
    .all() as Readonly<Record<'hour' | 'endpoint' | 'code' | 'count', unknown>>[];
  return rows.map(({ hour: began, endpoint, code, count }) => ({
    hour: timeOf(began) ?? new Date(0),
    endpoint: textOf(endpoint) ?? '',
    code: textOf(code) ?? '',
    count: numberOf(count),
  }));
}

/** A row of the table of single rejections. */
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
