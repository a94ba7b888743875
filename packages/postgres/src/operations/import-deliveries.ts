import { Buffer } from 'node:buffer';
import type { DeliveryWithBody, ImportedDeliveries, RejectionCount } from '@spiderfoot-webhooks/core/stores';
import type { Query, Value } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { durable } from '../connection/durable-commit.ts';
import { toList } from '../rows/lists.ts';
import { toColumn, toEventTypeColumn, toOptionalColumn, toTimestamp } from '../rows/text.ts';

/** A delivery that can be imported. The store recognizes deliveries by endpoint and id. */
type Named = DeliveryWithBody & { readonly id: string; readonly endpoint: string };

/** Each parameter is a list with a value for each delivery. */
const parameters: readonly (readonly [name: string, type: string, value: (row: Named) => Value])[] = [
  ['delivery_id', 'text', ({ id }) => toColumn(id)],
  ['endpoint', 'text', ({ endpoint }) => toColumn(endpoint)],
  ['received_at', 'timestamptz', ({ receivedAt }) => toTimestamp(receivedAt)],
  ['state', 'text', ({ state }) => (state === 'running' ? 'queued' : state)],
  ['attempts', 'integer', ({ attempts }) => attempts],
  ['failures', 'integer', ({ failures }) => failures],
  ['next_attempt', 'timestamptz', ({ nextAttempt }) => (nextAttempt ? toTimestamp(nextAttempt) : null)],
  ['source_ip', 'text', ({ ip }) => toOptionalColumn(ip)],
  ['event_type', 'text', ({ eventType }) => toEventTypeColumn(eventType)],
  ['dialect', 'text', ({ dialect }) => toOptionalColumn(dialect)],
  ['scan_id', 'text', ({ scanId }) => toOptionalColumn(scanId)],
  ['target', 'text', ({ target }) => toOptionalColumn(target)],
  ['error_message', 'text', ({ error }) => toOptionalColumn(error)],
  ['code', 'text', ({ code }) => toOptionalColumn(code)],
  ['handlers', 'text', ({ handlers }) => toJson(handlers)],
  ['issues', 'text', ({ issues }) => toJson(issues)],
  ['size', 'integer', ({ body }) => body.byteLength],
];

function toJson(list: readonly unknown[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list);
}

/**
 * Store deliveries of another store as they are, in one statement. Deliveries that the store knows are not changed.
 * @returns the number of new deliveries
 */
export async function importDeliveries(
  db: Database,
  { deliveries, rejections = [] }: ImportedDeliveries,
): Promise<number> {
  if (rejections.length > 0) await db.write(raiseCounts(db.prefix, rejections));
  const named = deliveries.filter(isNamed);
  return named.length === 0 ? 0 : (await db.write(insertAll(db.prefix, named))).length;
}

function isNamed(delivery: DeliveryWithBody): delivery is Named {
  return delivery.id !== undefined && delivery.endpoint !== undefined;
}

function insertAll(prefix: string, rows: readonly Named[]): Query {
  const names = parameters.map(([name]) => name);
  const copied = names.filter((name) => !['size', 'handlers', 'issues'].includes(name)).join(', ');
  const unnest = parameters.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
  const bodies = `$${parameters.length + 1}::bytea`;
  return {
    text: `WITH ${durable}
      INSERT INTO ${prefix}deliveries (${copied}, handlers, issues, due_at, body)
      SELECT ${copied}, handlers::json, issues::json,
        CASE WHEN state = 'queued' THEN coalesce(next_attempt, least(received_at, now())) END,
        substr(${bodies}, 1 + (sum(size) OVER (ORDER BY position))::integer - size, size)
      FROM durable CROSS JOIN unnest(${unnest}) WITH ORDINALITY AS input (${names.join(', ')}, position)
      ORDER BY position
      ON CONFLICT DO NOTHING
      RETURNING id`,
    values: [
      ...parameters.map(([, , value]) => toList(rows.map(value))),
      Buffer.concat(rows.map(({ body }) => body)),
    ],
  };
}

/** The larger count is kept, so that a repeated import does not count a rejection twice. */
function raiseCounts(prefix: string, counts: readonly RejectionCount[]): Query {
  return {
    text: `INSERT INTO ${prefix}rejection_counts AS c (hour, endpoint, code, count)
      SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::bigint[])
      ON CONFLICT (hour, endpoint, code) DO UPDATE SET count = greatest(c.count, excluded.count)`,
    values: [
      toList(counts.map(({ hour }) => toTimestamp(hour))),
      toList(counts.map(({ endpoint }) => toColumn(endpoint))),
      toList(counts.map(({ code }) => toColumn(code))),
      toList(counts.map(({ count }) => count)),
    ],
  };
}
