import { Buffer } from 'node:buffer';
import type { Settlement } from '@spiderfoot-webhooks/core/stores';
import { type Batches, batchLimits, createBatches } from '../connection/batches.ts';
import type { Query, Value } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { durable, lazy } from '../connection/durable-commit.ts';
import { toList } from '../rows/lists.ts';
import { toEventTypeColumn, toOptionalColumn, toTimestamp } from '../rows/text.ts';
import { isRunning } from './is-running.ts';

/** The result of an attempt. */
export interface Settling {
  readonly key: string;
  readonly owner: string;
  readonly attempt: number;
  /** Returns the changes, or `undefined` if the worker no longer runs the delivery. */
  readonly settlement: () => Settlement | undefined;
}

export interface Settled extends Omit<Settling, 'settlement'> {
  readonly settlement: Settlement;
  /** Milliseconds since 1970, on the clock on which the settlement was created. */
  readonly now: number;
}

function eventTypeOf({ event }: Settlement): Value {
  return event?.eventType === undefined ? null : toEventTypeColumn(event.eventType);
}

/** Each parameter is a list with a value for each delivery. */
const parameters: readonly (readonly [name: string, type: string, value: (settled: Settled) => Value])[] = [
  ['id', 'bigint', ({ key }) => key],
  ['owner', 'text', ({ owner }) => owner],
  ['attempt', 'integer', ({ attempt }) => attempt],
  ['state', 'text', ({ settlement }) => settlement.state],
  ['failures', 'integer', ({ settlement }) => settlement.failures],
  ['wait', 'bigint', ({ settlement: { dueAt }, now }) => (dueAt ? Math.max(0, dueAt.getTime() - now) : null)],
  ['next_attempt', 'timestamptz', ({ settlement: { dueAt } }) => (dueAt ? toTimestamp(dueAt) : null)],
  ['requested_wait', 'bigint', ({ settlement }) => settlement.requestedWait ?? null],
  ['error_message', 'text', ({ settlement }) => toOptionalColumn(settlement.error)],
  ['handlers', 'text', ({ settlement: { handlers } }) => (handlers ? JSON.stringify(handlers) : null)],
  ['code', 'text', ({ settlement }) => toOptionalColumn(settlement.code)],
  ['issues', 'text', ({ settlement: { issues } }) => (issues ? JSON.stringify(issues) : null)],
  ['event_type', 'text', ({ settlement }) => eventTypeOf(settlement)],
  ['dialect', 'text', ({ settlement }) => toOptionalColumn(settlement.event?.dialect)],
  ['scan_id', 'text', ({ settlement }) => toOptionalColumn(settlement.event?.scanId)],
  ['target', 'text', ({ settlement }) => toOptionalColumn(settlement.event?.target)],
];

/**
 * The owner and the attempt are the fence: a process that lost the delivery to another one must not settle it. A dead letter
 * is reported when its state is on the disk. Any other result may be lost, because the delivery then runs again.
 */
const settle = (prefix: string, isFinal: boolean) => `WITH ${isFinal ? durable : lazy}
  UPDATE ${prefix}deliveries AS d
  SET state = s.state, failures = s.failures, due_at = now() + s.wait * interval '1 ms',
    next_attempt = s.next_attempt, requested_wait = s.requested_wait,
    lease_owner = NULL, lease_until = NULL, lease_duration = NULL, error_message = s.error_message,
    handlers = coalesce(s.handlers::json, d.handlers), code = s.code, issues = s.issues::json,
    event_type = coalesce(s.event_type, d.event_type), dialect = coalesce(s.dialect, d.dialect),
    scan_id = coalesce(s.scan_id, d.scan_id), target = coalesce(s.target, d.target)
  FROM ${isFinal ? 'durable' : 'lazy'} CROSS JOIN unnest(${parameters.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')})
    AS s (${parameters.map(([name]) => name).join(', ')})
  WHERE d.id = s.id AND d.${isRunning} AND d.lease_owner = s.owner AND d.attempts = s.attempt
  RETURNING d.id`;

/** The statement to store results. */
export function settleQuery(prefix: string, settled: readonly Settled[]): Query {
  const isFinal = settled.some(({ settlement: { state } }) => state === 'dead' || state === 'rejected');
  const values = parameters.map(([, , value]) => toList(settled.map(value)));
  return { text: settle(prefix, isFinal), values };
}

/**
 * Ask for the changes of the first results whose texts fit in one statement, at least one. The others are sent in the next
 * batch, and are asked again. A handler decides how long the message of its error is.
 */
function fittingIn(limit: number, settlings: readonly Settling[]): readonly (Settled | undefined)[] {
  const fitting: (Settled | undefined)[] = [];
  let bytes = 0;
  for (const { settlement, ...fence } of settlings) {
    const now = Date.now();
    const changes = settlement();
    bytes += changes === undefined ? 0 : sizeOf(changes);
    if (bytes > limit && fitting.length > 0) break;
    fitting.push(changes && { ...fence, settlement: changes, now });
  }
  return fitting;
}

/** Return the size of the texts of any length, in bytes. */
function sizeOf({ error = '', handlers = [], issues = [] }: Settlement): number {
  const records = handlers.map((handler) => handler.error ?? '');
  const reasons = issues.flatMap(({ path, message }) => [path, message]);
  return [error, ...records, ...reasons].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** Create the writer of results. It writes the results of all endpoints together. */
export function createSettlements(db: Database): Batches<Settling, boolean> {
  return createBatches({
    patience: db.patience,
    commits: db.commits,
    keyOf: ({ key }) => key,
    async send(settlings, deadline) {
      const fitting = fittingIn(batchLimits.bytes, settlings);
      const settled = fitting.filter((result) => result !== undefined);
      if (settled.length === 0) return fitting.map(() => false);
      const rows = await db.write(settleQuery(db.prefix, settled), deadline);
      const written = new Set(rows.map(({ id }) => id));
      return fitting.map((_, index) => written.has(settlings[index]?.key ?? null));
    },
  });
}
