import type { StoredFailure } from '@spiderfoot-webhooks/core/stores';
import { listOf } from './cells.ts';

/** How one handler has fared with a delivery. */
export interface HandlerRecord {
  /** The name it was registered under. */
  readonly name: string;
  readonly succeeded: boolean;
  /** How often it has been run to an end. */
  readonly attempts: number;
  /** What it threw the last time, in a line. */
  readonly error?: string;
}

/** Read the column `handlers`. Members that are not handler records are ignored. */
export function readHandlers(cell: unknown): readonly HandlerRecord[] {
  return listOf(cell).filter(isRecord);
}

function isRecord(value: unknown): value is HandlerRecord {
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

export function namesOfSucceeded(handlers: readonly HandlerRecord[]): readonly string[] {
  return handlers.filter(({ succeeded }) => succeeded).map(({ name }) => name);
}

/** Add one attempt's results to the column `handlers`. */
export function addAttempt(
  cell: unknown,
  succeeded: readonly string[],
  failures: readonly StoredFailure[],
): string {
  const known = new Map(readHandlers(cell).map((handler) => [handler.name, handler]));
  const attemptsOf = (name: string) => (known.get(name)?.attempts ?? 0) + 1;
  for (const name of succeeded) {
    if (known.get(name)?.succeeded) continue;
    known.set(name, { name, succeeded: true, attempts: attemptsOf(name) });
  }
  for (const { handler: name, error } of failures) {
    known.set(name, { name, succeeded: false, attempts: attemptsOf(name), error });
  }
  return JSON.stringify([...known.values()]);
}
