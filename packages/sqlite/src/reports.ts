import type { Logger, QueuedResult } from '@spiderfoot-webhooks/core';
import type { Claim, DeadLetter } from './claims.ts';

/** What the owner is told of the work in the background. */
export interface Reports {
  error(error: unknown): void;
  /** A delivery has failed too often. */
  dead(letter: DeadLetter): void;
}

export function createReports(logger: Pick<Logger, 'error'>, path: string): Reports {
  /** Where the logger fails itself, nobody is left to tell; it ends neither the worker that reports nor the process. */
  function tell(details: object, message: string): void {
    new Promise((resolve) => resolve(logger.error(details, message))).catch(() => {});
  }
  return {
    error: (err) => tell({ err, path }, 'spiderfoot store: could not write'),
    dead: (letter) => tell(letter, 'spiderfoot store: a dead letter; store.replay() tries it again'),
  };
}

export function toLetter({ number, work }: Claim, { error }: QueuedResult): DeadLetter {
  const { id, endpoint, event_type, attempt: attempts } = work;
  return { number, id, endpoint, event_type, attempts, error };
}
