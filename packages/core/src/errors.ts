import { memberOf } from './data/member-of.ts';
import { readRetryAfter } from './handlers/retry-after.ts';

/**
 * An option is invalid. Thrown only at startup, never while a delivery is handled. The message names the option and the
 * fix.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** The name of the invalid option, for example `allowedIps`. */
  readonly option: string;

  constructor(option: string, problem: string) {
    super(`Option "${option}" ${problem}`);
    this.option = option;
  }
}

/** A handler exceeded its time limit. Its `context.signal` is aborted with this error. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';
  /** The name of the handler. */
  readonly handler: string;
  /** The time limit, in milliseconds. */
  readonly timeout: number;

  constructor(handler: string, timeout: number) {
    super(`Handler "${handler}" did not finish within ${timeout} ms`);
    this.handler = handler;
    this.timeout = timeout;
  }
}

/**
 * Throw this in a handler to ask for a later attempt. A queue waits at least that long before the next attempt, even if
 * the wait exceeds its `maxDelay`. Without a queue, the sender gets a `Retry-After` header. Waits longer than a day
 * (86,400 seconds) are shortened to a day. `RetryLaterError` is not an error: it is logged as information, and `onError` is
 * called only if another handler failed. The attempt counts toward `maxAttempts`.
 *
 * Any other error that has a number of seconds in `retryAfter` asks for the same wait, but counts as an error.
 * @example
 * if (response.status === 429) throw new RetryLaterError(60, 'The SIEM is busy');
 */
export class RetryLaterError extends Error {
  override readonly name = 'RetryLaterError';
  /** Seconds. */
  readonly retryAfter: number;

  /**
   * @param seconds the time to wait before the next attempt. If the value is not a positive, finite number (`NaN`, a
   *   negative number, a string), it is ignored, and the queue's own delay applies.
   */
  constructor(seconds: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.retryAfter = seconds;
  }
}

/** The failure of one handler. */
export interface HandlerFailure {
  /** The name of the handler. */
  readonly handler: string;
  /** The value that it threw. */
  readonly error: unknown;
}

/**
 * One or more handlers of an event failed. The other handlers ran nevertheless. `errors` contains the thrown values, and
 * `failures` also contains the names of the handlers.
 */
export class EventHandlingError<
  Event extends { readonly event_type: string } = { readonly event_type: string },
> extends AggregateError {
  override readonly name = 'EventHandlingError';
  /**
   * The event that was being handled. Not enumerable, so that a logger that writes the properties of an error does not
   * write the event.
   */
  declare readonly event: Event;
  /** The delivery's id. */
  readonly id: string;
  /** The handlers that failed, with their errors. Not enumerable, because the message contains them. */
  declare readonly failures: readonly HandlerFailure[];
  /** The longest wait that any of the handlers asked for, in seconds. At most a day. */
  readonly retryAfter: number | undefined;

  constructor(event: Event, id: string, failures: readonly HandlerFailure[]) {
    const reasons = failures.map(({ handler, error }) => `"${handler}": ${messageOf(error)}`);
    super(
      failures.map(({ error }) => error),
      `${failures.length} handler(s) of ${shortened(event.event_type)} failed: ${reasons.join('; ')}`,
    );
    Object.defineProperties(this, { event: { value: event }, failures: { value: failures } });
    this.id = id;
    const waits = failures.flatMap(({ error }) => waitOf(error) ?? []);
    this.retryAfter = waits.length === 0 ? undefined : Math.max(...waits);
  }
}

/** Return whether every failed handler threw {@link RetryLaterError}. Such a failure is not reported as an error. */
export function asksForRetry({ failures }: EventHandlingError): boolean {
  return failures.every(({ error }) => isRetryLater(error));
}

/** A handler can throw anything, even a proxy on which `instanceof` throws. */
function isRetryLater(error: unknown): boolean {
  try {
    return error instanceof RetryLaterError;
  } catch {
    return false;
  }
}

function waitOf(error: unknown): number | undefined {
  try {
    return readRetryAfter(memberOf(error, 'retryAfter'));
  } catch {
    return undefined;
  }
}

/**
 * Return one short line that describes a thrown value. A handler can throw anything, even an object whose `message`
 * throws.
 */
export function messageOf(error: unknown): string {
  try {
    const text: unknown = error instanceof Error ? error.message : error;
    return typeof text === 'string' ? shortened(text, 1000) : `a thrown ${typeof text}`;
  } catch {
    return 'a thrown object whose message cannot be read';
  }
}

/**
 * Shorten text to one line. The sender controls the name of an unknown type, and text that a handler quotes in an error.
 * Without this, it could flood a log or forge a line in it.
 */
function shortened(text: string, maxLength = 100): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}
