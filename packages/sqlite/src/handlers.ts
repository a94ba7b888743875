import type { StoredFailure } from '@spiderfoot-webhooks/core';

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

/** Reads the column `handlers`. What somebody else has put there counts for nothing, and keeps no other delivery from running. */
export function readHandlers(json: string | null): readonly HandlerRecord[] {
  if (json === null) return [];
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.filter(isRecord) : [];
  } catch {
    return [];
  }
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
    typeof value.attempts === 'number'
  );
}

export function namesOfSucceeded(handlers: readonly HandlerRecord[]): readonly string[] {
  return handlers.filter(({ succeeded }) => succeeded).map(({ name }) => name);
}

/** Adds one attempt's results to the column `handlers`. */
export function addAttempt(
  json: string | null,
  succeeded: readonly string[],
  failures: readonly StoredFailure[],
): string {
  const known = new Map(readHandlers(json).map((handler) => [handler.name, handler]));
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
