import type { Logger } from '@spiderfoot-webhooks/core';
import type { Buried } from './claims.ts';

/** Logs what happens in the background. */
export interface Reports {
  error(error: unknown): void;
  /** A delivery is not attempted again, and its receiver has no logger. */
  dead(buried: Buried): void;
}

export function createReports(logger: Pick<Logger, 'error'>, path: string): Reports {
  /** A logger that fails ends neither the worker that reports nor the process. */
  function tell(details: object, message: string): void {
    new Promise((resolve) => resolve(logger.error(details, message))).catch(() => {});
  }
  return {
    error: (err) => tell({ err, path }, 'spiderfoot store: could not write'),
    dead({ number, letter }) {
      const { id, endpoint, eventType: event_type, attempts, error } = letter;
      tell(
        { number, id, endpoint, event_type, attempts, error: textOf(error) },
        'spiderfoot store: a dead letter; store.replay() runs its handlers again',
      );
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
