import type { DeliveryState, LogEntry, LoggedDelivery, QueueState } from '@spiderfoot-webhooks/core';
import type { Connection } from './connection.ts';
import { addAttempt, namesOfSucceeded, readHandlers } from './handlers.ts';
import { insertDelivery, insertValues } from './rows.ts';

/** What is known of a delivery. */
interface Known {
  readonly id: number;
  readonly state: DeliveryState | QueueState;
  readonly attempts: number;
  readonly handlers: string | null;
}

const find = `
  SELECT id, state, attempts, handlers FROM webhook_logs WHERE delivery_id = ? AND endpoint = ?`;

const begin = `UPDATE webhook_logs SET state = 'received', code = NULL, issues = NULL WHERE id = ?`;

const settle = `
  UPDATE webhook_logs
  SET state = ?, processed = ?, attempts = ?, error_message = ?, handlers = ?, code = ?, issues = ?
  WHERE id = ?`;

/** What a refusal or an ignored replay must not unsettle. */
const unhandled: ReadonlySet<string> = new Set(['rejected', 'ignored']);

/** What waits in the queue, or is done. */
const taken: ReadonlySet<string> = new Set(['processed', 'queued', 'running']);

/** Records where a delivery stands, inside a commit. */
export function recordEntry(connection: Connection, entry: LogEntry): LoggedDelivery | undefined {
  const { id, endpoint, state, attempt, succeeded } = entry;
  const standing = { state, attempts: attempt, nextAttempt: null };
  const { changes } = connection.statement(insertDelivery).run(...insertValues(entry, standing));
  const isNew = changes === 1;
  if (isNew && state === 'received') return undefined;

  const known = connection.statement(find).get(id, endpoint) as Known;
  const { handlers } = known;
  const logged = {
    state: known.state,
    attempt: known.attempts,
    succeeded: namesOfSucceeded(readHandlers(handlers)),
  };
  const keep = taken.has(known.state) || (unhandled.has(state) && !isNew && !unhandled.has(known.state));
  if (keep && !isNew) return logged;
  if (state === 'received') connection.statement(begin).run(known.id);
  else settleEntry(connection, known, entry, succeeded);
  return isNew ? undefined : logged;
}

function settleEntry(
  connection: Connection,
  { id, handlers }: Known,
  { state, attempt, error, failures = [], code, issues }: LogEntry,
  succeeded: readonly string[],
): void {
  const ran = state === 'processed' || state === 'failed';
  connection
    .statement(settle)
    .run(
      state,
      state === 'processed' ? 1 : 0,
      attempt,
      error ?? null,
      ran ? addAttempt(handlers, succeeded, failures) : handlers,
      code ?? null,
      issues === undefined ? null : JSON.stringify(issues),
      id,
    );
}
