import type { DeadLetter } from '../rules/dead-letter.ts';
import type { StoreLogger } from './store-options.ts';

/** Logs events in the background. */
export interface LoggerMessages {
  /** Log an error. A repeated error is logged once a minute, with the number of repetitions that were not logged. */
  error(error: unknown): void;
  /** Log a delivery that is not attempted again. Call this only if its receiver has no logger. */
  deadLetter(letter: DeadLetter, key: string): void;
  /**
   * Log a warning.
   * @returns whether the logger has `warn`
   */
  warn(details: object, message: string): boolean;
}

/** Milliseconds in which the same error is logged once, because workers retry several times a second. */
const period = 60_000;

/**
 * Create the messages of a store.
 * @param place identifies the store. It is logged with each error
 */
export function createLoggerMessages(
  logger: StoreLogger,
  place: Readonly<Record<string, string>>,
): LoggerMessages {
  /** Log a message. A failing logger must not end the worker or the process. */
  function report(write: () => unknown): void {
    new Promise((resolve) => resolve(write())).catch(() => {});
  }
  const recent = new Map<string, { readonly loggedAt: number; repeated: number }>();

  return {
    error(err) {
      const now = performance.now();
      const same = recent.get(textOf(err));
      if (same !== undefined && now - same.loggedAt < period) {
        same.repeated++;
        return;
      }
      for (const [text, { loggedAt }] of recent) if (now - loggedAt >= period) recent.delete(text);
      recent.set(textOf(err), { loggedAt: now, repeated: 0 });
      const repeated = same !== undefined && same.repeated > 0 && { repeated: same.repeated };
      report(() => logger.error({ err, ...place, ...repeated }, 'spiderfoot store: could not write'));
    },
    deadLetter({ id, endpoint, eventType, attempts, error }, key) {
      const details = { key, id, endpoint, eventType, attempts, error: textOf(error) };
      const message = 'spiderfoot store: a delivery is a dead letter; store.replay() runs its handlers again';
      report(() => logger.error(details, message));
    },
    warn(details, message) {
      if (logger.warn === undefined) return false;
      report(() => logger.warn?.({ ...place, ...details }, `spiderfoot store: ${message}`));
      return true;
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
