import type { DeliveryState, LogEntry, LoggedDelivery, QueueState } from '@spiderfoot-webhooks/core/stores';
import { addAttempt, mayReplace, succeededHandlers } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { handlersOf, numberOf } from '../rows/cells.ts';
import { insertDelivery } from '../rows/insert-delivery.ts';
import type { LeaseCells, Runner } from './running-elsewhere.ts';

/** The stored state of a delivery. */
interface StoredState extends LeaseCells {
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
  db: Database,
  entry: LogEntry,
  runner: Runner,
  duration: number,
): LoggedDelivery | undefined {
  const now = Date.now();
  const known = entry.state === 'received' ? undefined : findEntry(db, entry);
  if (known === undefined) {
    const { state, attempt } = entry;
    const lease = state === 'received' ? { owner: runner.owner, until: now + duration, duration } : null;
    const number = insertDelivery(db, entry, { state, attempts: attempt, dueAt: null, lease });
    if (number !== undefined) {
      if (state !== 'received') settleEntry(db, number, null, entry);
      return undefined;
    }
  }
  return recordAgain(db, known ?? findEntry(db, entry), entry, runner, now, duration);
}

function findEntry(db: Database, { id, endpoint }: LogEntry): StoredState | undefined {
  return db.statement(find).get(id, endpoint) as StoredState | undefined;
}

/** @param known never `undefined`, because the insertion found the row in the same transaction */
function recordAgain(
  db: Database,
  known: StoredState | undefined,
  entry: LogEntry,
  runner: Runner,
  now: number,
  duration: number,
): LoggedDelivery {
  if (known === undefined) throw new Error('The log contains the delivery, but its row was not found');
  const { id, state, handlers } = known;
  const attempt = numberOf(known.attempts);
  const running = state === 'received' && entry.state === 'received' && runner.isElsewhere(known, now);
  if (!running && mayReplace({ state, attempt }, entry.state)) {
    if (entry.state === 'received') db.statement(begin).run(runner.owner, now + duration, duration, id);
    else settleEntry(db, id, handlers, entry);
  }
  return { state, attempt, succeeded: succeededHandlers(handlersOf(handlers)), ...(running && { running }) };
}

function settleEntry(db: Database, id: number, handlers: unknown, entry: LogEntry): void {
  const { state, attempt, error, code, issues } = entry;
  const ran = state === 'processed' || state === 'failed';
  db.statement(settle).run(
    state,
    state === 'processed' ? 1 : 0,
    attempt,
    error ?? null,
    ran ? JSON.stringify(addAttempt(handlersOf(handlers), entry)) : handlers,
    code ?? null,
    issues === undefined ? null : JSON.stringify(issues),
    id,
  );
}
