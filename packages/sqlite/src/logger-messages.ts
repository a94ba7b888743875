import type { DeadLetter } from '@spiderfoot-webhooks/core';
import type { StoreLogger } from './options.ts';

/** Logs events in the background. */
export interface LoggerMessages {
  /** Log an error. A repeated error is logged once a minute, with the number of repetitions that were not logged. */
  error(error: unknown): void;
  /** Report a delivery that is not attempted again. Call this only if its receiver has no logger. */
  deadLetter(letter: DeadLetter, key: string): void;
  /** Report that another store of this process has the file open. */
  openTwice(): void;
}

/** The code of the process warning. */
const openTwiceCode = 'SPIDERFOOT_STORE_OPEN_TWICE';

/** Milliseconds in which the same error is logged once, because workers retry several times a second. */
const period = 60_000;

export function createLoggerMessages(logger: StoreLogger, path: string): LoggerMessages {
  /** Log a message. A failing logger must not end the worker or the process. */
  function report(write: () => unknown): void {
    new Promise((resolve) => resolve(write())).catch(() => {});
  }
  function logError(details: object, message: string): void {
    report(() => logger.error(details, message));
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
      logError({ err, path, ...repeated }, 'spiderfoot store: could not write');
    },
    deadLetter({ id, endpoint, eventType, attempts, error }, key) {
      logError(
        { key, id, endpoint, eventType, attempts, error: textOf(error) },
        'spiderfoot store: a delivery is a dead letter; store.replay() runs its handlers again',
      );
    },
    openTwice() {
      const message = `${path} is already open in another store of this process. The receivers of both stores handle queued and replayed deliveries, each with its own handlers. Open the file once and share the store. If a development server reloads your modules, keep the store on globalThis: see "Development servers" in the documentation.`;
      if (logger.warn === undefined) process.emitWarning(message, { code: openTwiceCode });
      else report(() => logger.warn?.({ path, code: openTwiceCode }, `spiderfoot store: ${message}`));
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
