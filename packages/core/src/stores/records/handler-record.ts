import type { StoredFailure } from '../stored-delivery.ts';

/** The results of one handler for a delivery. */
export interface HandlerRecord {
  /** The handler's name. */
  readonly name: string;
  readonly succeeded: boolean;
  /** The number of attempts in which the handler has finished. */
  readonly attempts: number;
  /** The message of its last error, in one line. */
  readonly error?: string;
}

/** Read a list of handler records that was parsed from JSON. Members that are not handler records are ignored. */
export function readHandlerRecords(value: unknown): readonly HandlerRecord[] {
  return Array.isArray(value) ? value.filter(isHandlerRecord) : [];
}

function isHandlerRecord(value: unknown): value is HandlerRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'succeeded' in value &&
    typeof value.succeeded === 'boolean' &&
    'attempts' in value &&
    typeof value.attempts === 'number' &&
    (!('error' in value) || typeof value.error === 'string')
  );
}

/** Return the names of the handlers that have succeeded, for `QueuedWork.succeeded`. */
export function succeededHandlers(handlers: readonly HandlerRecord[]): readonly string[] {
  return handlers.filter(({ succeeded }) => succeeded).map(({ name }) => name);
}

/**
 * Add the results of one attempt.
 * @param known the records before the attempt
 * @param succeeded the handlers that have succeeded, in this attempt or an earlier one
 * @param failures the handlers that failed in this attempt
 */
export function addAttempt(
  known: readonly HandlerRecord[],
  succeeded: readonly string[],
  failures: readonly StoredFailure[],
): readonly HandlerRecord[] {
  const handlers = new Map(known.map((handler) => [handler.name, handler]));
  const attemptsOf = (name: string) => (handlers.get(name)?.attempts ?? 0) + 1;
  for (const name of succeeded) {
    if (handlers.get(name)?.succeeded) continue;
    handlers.set(name, { name, succeeded: true, attempts: attemptsOf(name) });
  }
  for (const { handler: name, error } of failures) {
    handlers.set(name, { name, succeeded: false, attempts: attemptsOf(name), error });
  }
  return [...handlers.values()];
}
