import type {
  RejectionCount,
  RejectionRecord,
  UnauthenticatedRejections,
} from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { numberOf, textOf, timeOf } from '../rows/cells.ts';

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

/** Return the single rejections, newest first. */
function listRejections(db: Database): readonly RejectionRecord[] {
  const rows = db
    .statement('SELECT received_at, endpoint, code, source_ip FROM webhook_unauthenticated ORDER BY id DESC')
    .all() as Readonly<Record<'received_at' | 'endpoint' | 'code' | 'source_ip', unknown>>[];
  return rows.map(({ received_at, endpoint, code, source_ip }) => ({
    receivedAt: timeOf(received_at) ?? new Date(0),
    endpoint: textOf(endpoint) ?? '',
    code: textOf(code) ?? '',
    ip: textOf(source_ip),
  }));
}
