import { createHash } from 'node:crypto';
import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';

/** A handler that has not succeeded, and its error. */
export interface Failure {
  /** The same for each delivery with this handler and this error. */
  readonly id: string;
  /** `undefined` if the process ended during the attempts. */
  readonly handler: string | undefined;
  /** The error with its digits replaced by #. */
  readonly error: string;
}

/** Return the failures of a delivery. Each belongs to one group of dead letters. */
export function failuresOf({ handlers, error }: DeliveryRecord): readonly Failure[] {
  const failed = handlers.filter(({ succeeded }) => !succeeded);
  const unknown = 'Unknown error';
  if (failed.length === 0) return [toFailure(undefined, error ?? unknown)];
  return failed.map((handler) => toFailure(handler.name, handler.error ?? error ?? unknown));
}

function toFailure(handler: string | undefined, text: string): Failure {
  const error = withoutDigits(text);
  const hash = createHash('sha256').update(JSON.stringify([handler, error]));
  return { id: hash.digest('hex').slice(0, 16), handler, error };
}

/** Errors often differ only in a port, a status, a duration or an id. */
function withoutDigits(error: string): string {
  return error.replace(/\d+/g, '#');
}
