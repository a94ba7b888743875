import { LazyAbort } from '../data/lazy-abort.ts';
import type { Wire } from '../events/wire.ts';
import type { Logger } from '../reporting/logger.ts';
import type { SafeSpan } from '../reporting/safe-trace.ts';
import type { AttemptOptions } from '../stores/queued-attempt.ts';

/** The delivery that contained an event, for its handlers. */
export interface EventContext {
  /**
   * The delivery's id: 32 hex digits, the same for every attempt and every retry. Use it to make a handler idempotent.
   * The id is derived from the signed bytes, so equal bytes are the same delivery. The exception is a notification
   * without a time (see `wire.dialect`): its sender never retries, so each notification gets its own id.
   */
  readonly id: string;
  /** The receiver's `endpoint` option. */
  readonly endpoint: string;
  /** The time at which the request arrived. */
  readonly receivedAt: Date;
  /** The client's address. Behind trusted proxies, it is the address that they report. `undefined` if it is unknown. */
  readonly ip: string | undefined;
  /** The number of the attempt at this delivery. 1 for the first. */
  readonly attempt: number;
  /**
   * Aborted when the handler exceeds its time limit, or when this attempt no longer counts, because its lease has expired
   * or the receiver has closed. The queue then runs the delivery again. Pass it to `fetch` and similar functions.
   */
  readonly signal: AbortSignal;
  /** The event as it was sent: dialect, type and text. */
  readonly wire: Wire;
  /**
   * The receiver's logger, with the delivery's `id`, `endpoint` and `eventType` in every line. If the receiver is traced,
   * also with the ids of the trace.
   */
  readonly logger: Logger;
}

/** The signal that can end an attempt early. It may be a getter, because it is read only if a handler reads its signal. */
export type Interruption = Pick<AttemptOptions, 'signal'>;

/** The part of a context that all handlers of a delivery share. */
export type DeliveryContext = Omit<EventContext, 'signal' | 'logger'>;

/**
 * One handler's context. The signal and the logger are created when they are first read, because most handlers never
 * read them.
 */
export class HandlerContext implements EventContext {
  readonly id: string;
  readonly endpoint: string;
  readonly receivedAt: Date;
  readonly ip: string | undefined;
  readonly attempt: number;
  readonly wire: Wire;
  readonly #eventType: string;
  readonly #logger: Logger;
  readonly #interruption: Interruption | undefined;
  readonly #span: Pick<SafeSpan, 'logFields'> | undefined;
  readonly #timeout = new LazyAbort();
  #signal: AbortSignal | undefined;

  constructor(
    delivery: DeliveryContext,
    eventType: string,
    logger: Logger,
    interruption: Interruption | undefined,
    span: Pick<SafeSpan, 'logFields'> | undefined,
  ) {
    this.id = delivery.id;
    this.endpoint = delivery.endpoint;
    this.receivedAt = delivery.receivedAt;
    this.ip = delivery.ip;
    this.attempt = delivery.attempt;
    this.wire = delivery.wire;
    this.#eventType = eventType;
    this.#logger = logger;
    this.#interruption = interruption;
    this.#span = span;
  }

  get signal(): AbortSignal {
    this.#signal ??= anyOf(this.#timeout.signal, this.#interruption?.signal);
    return this.#signal;
  }

  get logger(): Logger {
    const details = { id: this.id, endpoint: this.endpoint, eventType: this.#eventType };
    return withDetails(this.#logger, { ...details, ...this.#span?.logFields });
  }

  /** Abort the handler because it has exceeded its time limit. */
  abort(reason: Error): void {
    this.#timeout.abort(reason);
  }
}

function anyOf(timeout: AbortSignal, interruption: AbortSignal | undefined): AbortSignal {
  return interruption === undefined ? timeout : AbortSignal.any([timeout, interruption]);
}

function withDetails(logger: Logger, details: object): Logger {
  return {
    debug: (more, message) => logger.debug({ ...details, ...more }, message),
    info: (more, message) => logger.info({ ...details, ...more }, message),
    warn: (more, message) => logger.warn({ ...details, ...more }, message),
    error: (more, message) => logger.error({ ...details, ...more }, message),
  };
}
