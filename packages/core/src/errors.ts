/**
 * The user's configuration is wrong. Thrown at start-up only, never while a delivery is handled, and always
 * names the option and the mend.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** The option at fault, for example `allowedIps`. */
  readonly option: string;

  constructor(option: string, problem: string) {
    super(`Option "${option}" ${problem}`);
    this.option = option;
  }
}

/** A handler did not finish within its time. Its `context.signal` has been aborted with this error. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';
  /** The name the handler was registered under. */
  readonly handler: string;
  /** The time it had, in milliseconds. */
  readonly timeout: number;

  constructor(handler: string, timeout: number) {
    super(`Handler "${handler}" did not finish within ${timeout} ms`);
    this.handler = handler;
    this.timeout = timeout;
  }
}

/** One handler's failure: the name it was registered under and what it threw. */
export interface HandlerFailure {
  readonly handler: string;
  readonly error: unknown;
}

/**
 * One or more handlers of an event failed; the others ran all the same. `errors` holds what they threw,
 * `failures` says which handler threw which.
 */
export class EventHandlingError<
  Event extends { readonly event_type: string } = { readonly event_type: string },
> extends AggregateError {
  override readonly name = 'EventHandlingError';
  /** The event that was being handled. */
  readonly event: Event;
  /** The delivery's id. */
  readonly id: string;
  readonly failures: readonly HandlerFailure[];

  constructor(event: Event, id: string, failures: readonly HandlerFailure[]) {
    const reasons = failures.map(({ handler, error }) => `"${handler}": ${messageOf(error)}`);
    super(
      failures.map(({ error }) => error),
      `${failures.length} handler(s) of ${event.event_type} failed: ${reasons.join('; ')}`,
    );
    this.event = event;
    this.id = id;
    this.failures = failures;
  }
}

/** What was thrown, in a line. Anything can be thrown, also what has no text. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : `a thrown ${typeof error}`;
}
