import { Buffer } from 'node:buffer';
import { type StoredDelivery, unknownEventType } from '@spiderfoot-webhooks/core/stores';
import type { Query, Value } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import type { Deadline } from '../connection/deadline.ts';
import { durable } from '../connection/durable-commit.ts';
import { toList } from './lists.ts';
import { toColumn, toEventTypeColumn, toOptionalColumn, toTimestamp } from './text.ts';

/** A new delivery with the columns that a log and a queue fill differently. */
export interface NewDelivery {
  readonly delivery: StoredDelivery;
  readonly state: string;
  readonly attempts: number;
  /** The worker or the store that handles the delivery. */
  readonly owner?: string | undefined;
  /** The duration of its lease, in milliseconds. */
  readonly lease?: number | undefined;
  readonly error?: string | undefined;
  readonly code?: string | undefined;
  /** JSON. */
  readonly handlers?: string | undefined;
  /** JSON. */
  readonly issues?: string | undefined;
}

/** Each parameter is a list with a value for each delivery, so that the statement is the same for any number of them. */
const parameters: readonly (readonly [name: string, type: string, value: (row: NewDelivery) => Value])[] = [
  ['delivery_id', 'text', ({ delivery }) => toColumn(delivery.id)],
  ['endpoint', 'text', ({ delivery }) => toColumn(delivery.endpoint)],
  ['received_at', 'timestamptz', ({ delivery }) => toTimestamp(delivery.receivedAt)],
  ['state', 'text', ({ state }) => state],
  ['attempts', 'integer', ({ attempts }) => attempts],
  ['lease_owner', 'text', ({ owner }) => owner ?? null],
  ['lease_duration', 'bigint', ({ lease }) => lease ?? null],
  ['source_ip', 'text', ({ delivery }) => toOptionalColumn(delivery.ip)],
  ['event_type', 'text', ({ delivery }) => toEventTypeColumn(delivery.eventType ?? unknownEventType)],
  ['dialect', 'text', ({ delivery }) => toOptionalColumn(delivery.dialect)],
  ['scan_id', 'text', ({ delivery }) => toOptionalColumn(delivery.scanId)],
  ['target', 'text', ({ delivery }) => toOptionalColumn(delivery.target)],
  ['trace_context', 'text', ({ delivery }) => toOptionalColumn(delivery.traceContext)],
  ['error_message', 'text', ({ error }) => toOptionalColumn(error)],
  ['code', 'text', ({ code }) => toOptionalColumn(code)],
  ['handlers', 'text', ({ handlers }) => handlers ?? null],
  ['issues', 'text', ({ issues }) => issues ?? null],
  ['size', 'integer', ({ delivery }) => delivery.body.byteLength],
];

const names = parameters.map(([name]) => name);

/** All bodies are one parameter, which is sent as bytes. A list of bodies would be sent as hexadecimal text. */
const bodies = `$${parameters.length + 1}::bytea`;

/** The statement to insert deliveries. */
export function insertQuery(prefix: string, rows: readonly NewDelivery[]): Query {
  const lists = parameters.map(([, , value]) => rows.map((row) => value(row)));
  const values = [...lists.map(toList), Buffer.concat(rows.map(({ delivery }) => delivery.body))];
  return { text: insertInto(prefix), values };
}

function insertInto(prefix: string): string {
  const unnest = parameters.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
  const copied = names.filter((name) => !['size', 'handlers', 'issues'].includes(name)).join(', ');
  return `WITH ${durable}
    INSERT INTO ${prefix}deliveries (${copied}, handlers, issues, due_at, lease_until, body)
    SELECT ${copied}, handlers::json, issues::json,
      CASE WHEN state = 'queued' THEN least(received_at, now()) END,
      now() + lease_duration * interval '1 ms',
      substr(${bodies}, 1 + (sum(size) OVER (ORDER BY position))::integer - size, size)
    FROM durable CROSS JOIN unnest(${unnest}) WITH ORDINALITY AS input (${names.join(', ')}, position)
    ORDER BY position
    ON CONFLICT DO NOTHING
    RETURNING id, endpoint, delivery_id`;
}

/** Return the name of a delivery: its endpoint and its id. */
export function nameOf({ endpoint, id }: Pick<StoredDelivery, 'endpoint' | 'id'>): string {
  return `${endpoint}\n${id}`;
}

/**
 * Insert new deliveries in one statement. A queued delivery is due at the time of its receipt, so that retries and new
 * deliveries are ordered by age, but never later than now.
 * @param rows deliveries with different names
 * @returns the row ids by the names of the deliveries. Deliveries that were known are left out
 */
export async function insertDeliveries(
  db: Database,
  rows: readonly NewDelivery[],
  deadline: Deadline,
): Promise<ReadonlyMap<string, string>> {
  const byColumns = new Map(
    rows.map(({ delivery: { endpoint, id } }) => [
      `${toColumn(endpoint)}\n${toColumn(id)}`,
      nameOf({ endpoint, id }),
    ]),
  );
  const inserted = await db.write(insertQuery(db.prefix, rows), deadline);
  return new Map(
    inserted.map(({ id, endpoint, delivery_id }) => [
      byColumns.get(`${endpoint}\n${delivery_id}`) ?? '',
      String(id),
    ]),
  );
}
