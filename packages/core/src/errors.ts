import { memberOf } from './data/member-of.ts';
import { readRetryAfter } from './handlers/retry-after.ts';

/**
 * An option is invalid. The message names the option and says how to fix it. Options are checked when you create a
 * receiver, a store or a handler, so a mistake shows at startup and not at the first delivery.
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
 * Throw this in a handler to retry the delivery after a delay. A queue waits at least that long, even if the delay exceeds
 * its `maxDelay`. Without a queue, the sender gets the delay in a `Retry-After` header. A delay of more than a day (86,400
 * seconds) is shortened to a day.
 *
 * The attempt counts toward `maxAttempts`, but it is not reported as an error. It is logged at the level `info`, and
 * `onError` is called only if another handler failed. To retry after a delay and report an error, throw an error with
 * a number of seconds in its property `retryAfter`.
 * @example
 * if (response.status === 429) throw new RetryLaterError(60, 'The SIEM is busy');
 */
export class RetryLaterError extends Error {
  override readonly name = 'RetryLaterError';
  /** The delay before the next attempt, in seconds. */
  readonly retryAfter: number;

  /**
   * @param seconds the delay before the next attempt. A value that is not a positive, finite number (`NaN`, a negative
   *   number, a string) is ignored. The queue's own delay then applies.
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
  /** The value that the handler threw, or a `HandlerTimeoutError`. */
  readonly error: unknown;
}

/**
 * One or more handlers of an event failed. The other handlers ran as usual. `errors` contains the thrown values.
 * `failures` pairs each of them with the name of its handler.
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
  /** The longest delay that a handler asked for, in seconds. At most a day. `undefined` if no handler asked for one. */
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
