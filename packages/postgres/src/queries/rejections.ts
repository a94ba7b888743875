import {
  type RejectedRequest,
  type RejectionOptions,
  type RejectionRecord,
  type RejectionWithRequest,
  readRejectionOptions,
  readRequestHeaders,
  type UnauthenticatedRejections,
} from '@spiderfoot-webhooks/core/stores';
import type { Row } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { bytesOf, jsonOf, milliseconds, textOf, timeOf, toRowId } from '../rows/columns.ts';
import { toTimestamp } from '../rows/text.ts';

const columns = `id, ${milliseconds('received_at')} AS received, endpoint, code, source_ip`;

/** Return the deliveries that were rejected before they were authenticated. */
export async function readRejections(
  db: Database,
  options: RejectionOptions | undefined,
): Promise<UnauthenticatedRejections> {
  const since = readRejectionOptions(options);
  const counts = await db.read({
    text: `SELECT ${milliseconds('hour')} AS began, endpoint, code, count FROM ${db.prefix}rejection_counts
      ${since === undefined ? '' : 'WHERE hour >= $1::timestamptz'} ORDER BY hour DESC, endpoint COLLATE "C", code COLLATE "C"`,
    values: since === undefined ? [] : [toTimestamp(new Date(since))],
  });
  const latest = await db.read({
    text: `SELECT ${columns} FROM ${db.prefix}rejections ORDER BY id DESC`,
  });
  return {
    counts: counts.map(({ began, endpoint, code, count }) => ({
      hour: timeOf(began) ?? new Date(0),
      endpoint: textOf(endpoint) ?? '',
      code: textOf(code) ?? '',
      count: Number(count),
    })),
    latest: latest.map(toRejection),
  };
}

/** Return a rejection with its request. */
export async function findRejection(db: Database, key: string): Promise<RejectionWithRequest | undefined> {
  const id = toRowId(key);
  if (id === undefined) return undefined;
  const [row] = await db.read({
    text: `SELECT ${columns}, method, headers, encode(body, 'base64') AS body, truncated::text AS truncated
      FROM ${db.prefix}rejections WHERE id = $1::bigint`,
    values: [id],
  });
  return row && { ...toRejection(row), request: requestOf(row) };
}

function toRejection({ id, received, endpoint, code, source_ip }: Row): RejectionRecord {
  return {
    key: String(id),
    receivedAt: timeOf(received) ?? new Date(0),
    endpoint: textOf(endpoint) ?? '',
    code: textOf(code) ?? '',
    ip: textOf(source_ip),
  };
}

function requestOf({ method, headers, body, truncated }: Row): RejectedRequest {
  return {
    method: textOf(method) ?? '',
    headers: readRequestHeaders(jsonOf(headers)),
    body: body === null || body === undefined ? undefined : bytesOf(body),
    truncated: truncated === 'true',
  };
}
