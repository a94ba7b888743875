import type { DeliveryState, LogEntry, LoggedDelivery, QueueState } from '@spiderfoot-webhooks/core/stores';
import { addAttempt, mayReplace, succeededHandlers } from '@spiderfoot-webhooks/core/stores';
import type { Connection } from '../database/writable-connection.ts';
import { insertNew } from '../queue/enqueue.ts';
import { numberOf } from '../rows/cells.ts';
import { readHandlers } from '../rows/handler-records.ts';
import type { LeaseCells, Runner } from './running-elsewhere.ts';

/** The stored state of a delivery. */
interface Known extends LeaseCells {
  readonly id: number;
  readonly state: DeliveryState | QueueState;
  readonly attempts: unknown;
  readonly handlers: unknown;
}

const find = `
  SELECT id, state, attempts, handlers, lease_owner, lease_until, lease_duration FROM webhook_logs
  WHERE delivery_id = ? AND endpoint = ?`;

const begin = `
  UPDATE webhook_logs
  SET state = 'received', lease_owner = ?, lease_until = ?, lease_duration = ?, code = NULL, issues = NULL
  WHERE id = ?`;

const settle = `
  UPDATE webhook_logs
  SET state = ?, processed = ?, attempts = ?, lease_owner = NULL, lease_until = NULL, lease_duration = NULL,
    error_message = ?, handlers = ?, code = ?, issues = ?
  WHERE id = ?`;

/**
 * Record the state of a delivery, inside a commit.
 * @param duration the time after which the handlers of a `received` delivery count as ended, in milliseconds
 */
export function recordEntry(
  connection: Connection,
  entry: LogEntry,
  runner: Runner,
  duration: number,
): LoggedDelivery | undefined {
  const now = Date.now();
  const known = entry.state === 'received' ? undefined : findEntry(connection, entry);
  if (known === undefined) {
    const { state, attempt } = entry;
    const lease = state === 'received' ? { owner: runner.owner, until: now + duration, duration } : null;
    const number = insertNew(connection, entry, { state, attempts: attempt, dueAt: null, lease });
    if (number !== undefined) {
      if (state !== 'received') settleEntry(connection, number, null, entry);
      return undefined;
    }
  }
  return recordAgain(connection, known ?? findEntry(connection, entry), entry, runner, now, duration);
}

function findEntry(connection: Connection, { id, endpoint }: LogEntry): Known | undefined {
  return connection.statement(find).get(id, endpoint) as Known | undefined;
}

/** @param known `undefined` cannot be: the insertion has met it, in this very transaction */
function recordAgain(
  connection: Connection,
  known: Known | undefined,
  entry: LogEntry,
  runner: Runner,
  now: number,
  duration: number,
): LoggedDelivery {
  if (known === undefined) throw new Error('A delivery that is in the log could not be found there');
  const { id, state, handlers } = known;
  const attempt = numberOf(known.attempts);
  const running = state === 'received' && entry.state === 'received' && runner.isElsewhere(known, now);
  if (!running && mayReplace({ state, attempt }, entry.state)) {
    if (entry.state === 'received')
      connection.statement(begin).run(runner.owner, now + duration, duration, id);
    else settleEntry(connection, id, handlers, entry);
  }
  return {
    state,
    attempt,
    succeeded: succeededHandlers(readHandlers(handlers)),
    ...(running && { running }),
  };
}

function settleEntry(
  connection: Connection,
  id: number,
  handlers: unknown,
  { state, attempt, succeeded, error, failures = [], code, issues }: LogEntry,
): void {
  const ran = state === 'processed' || state === 'failed';
  connection
    .statement(settle)
    .run(
      state,
      state === 'processed' ? 1 : 0,
      attempt,
      error ?? null,
      ran ? JSON.stringify(addAttempt(readHandlers(handlers), succeeded, failures)) : handlers,
      code ?? null,
      issues === undefined ? null : JSON.stringify(issues),
      id,
    );
}
