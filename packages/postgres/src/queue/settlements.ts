import type { Settlement } from '@spiderfoot-webhooks/core/stores';
import { type Batches, createBatches } from '../connection/batches.ts';
import type { Value } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { durable, lazy } from '../connection/durable-commit.ts';
import { toList } from '../rows/lists.ts';
import { toEventTypeColumn, toOptionalColumn, toTimestamp } from '../rows/text.ts';

/** The result of an attempt. */
export interface Settling {
  readonly key: string;
  readonly owner: string;
  readonly attempt: number;
  /** Returns the changes, or `undefined` if the worker no longer runs the delivery. */
  readonly settlement: () => Settlement | undefined;
}

interface Settled extends Omit<Settling, 'settlement'> {
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
  WHERE d.id = s.id AND d.state = 'running' AND d.lease_owner = s.owner AND d.attempts = s.attempt
  RETURNING d.id`;

/** Create the writer of results. It writes the results of all endpoints together. */
export function createSettlements(db: Database): Batches<Settling, boolean> {
  return createBatches({
    patience: db.patience,
    keyOf: ({ key }) => key,
    async send(settlings, deadline) {
      const settled = settlings.flatMap(({ settlement, ...fence }): Settled[] => {
        const now = Date.now();
        const changes = settlement();
        return changes === undefined ? [] : [{ ...fence, settlement: changes, now }];
      });
      if (settled.length === 0) return settlings.map(() => false);
      const values = parameters.map(([, , value]) => toList(settled.map(value)));
      const isFinal = settled.some(({ settlement: { state } }) => state === 'dead' || state === 'rejected');
      const written = new Set(
        (await db.write({ text: settle(db.prefix, isFinal), values }, deadline)).map(({ id }) => id),
      );
      return settlings.map(({ key }) => written.has(key));
    },
  });
}
