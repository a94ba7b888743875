import type { Outcome } from '../outcome/outcome.ts';
import type { Phase } from './observation.ts';

/**
 * Follows deliveries through a receiver, for example with spans. If a method throws, `onError` is called with the source
 * `listener`, and the delivery is not affected.
 */
export interface DeliveryTracer {
  /**
   * Begin the trace of a request, or of an attempt at a queued or replayed delivery.
   * @returns `undefined` if the delivery is not traced
   */
  begin(start: TraceStart): DeliveryTrace | undefined;
}

/** The known facts at the beginning of a trace. */
export interface TraceStart {
  readonly endpoint: string;
  /** As in `OutcomeDetails`. */
  readonly phase: Phase;
  /** Whether the handlers run later, in an attempt of their own. */
  readonly queued: boolean;
  readonly receivedAt: Date;
  /** The number of the attempt at a queued or replayed delivery. 0 for a request. */
  readonly attempt: number;
  /** The context that {@link DeliveryTrace.stored} returned for the request. `undefined` for a request. */
  readonly stored: string | undefined;
  /**
   * Return a header of the request. Any client can have sent it.
   * @param name in lowercase
   */
  header(name: string): string | undefined;
}

/** A part of a delivery: the code that is run, and the identification in log lines. */
export interface TraceSpan {
  /** Run the code of this part, synchronously and once, for example with its span as the active one. */
  run(code: () => void): void;
  /** The fields that identify this part in each log line: `trace_id`, `span_id`. `undefined` if there are none. */
  readonly logFields?: Readonly<Record<string, string>> | undefined;
}

/** The trace of a request, or of an attempt. */
export interface DeliveryTrace extends TraceSpan {
  /**
   * The context that is stored with the delivery, so that a later attempt, maybe in another process, can continue the
   * trace. At most 1,000 printable ASCII characters. A longer text is not stored.
   */
  readonly stored?: string | undefined;
  /** Begin the run of a handler. @param name the handler's name */
  handler(name: string): HandlerTrace | undefined;
  /** End the trace. Called once. */
  end(outcome: Outcome, details: TraceDetails): void;
}

/** The trace of a handler's run. */
export interface HandlerTrace extends TraceSpan {
  /** End the run. Called once. @param error the handler's error, or a `HandlerTimeoutError`, if `succeeded` is `false` */
  end(succeeded: boolean, error: unknown): void;
}

/** The facts that are known at the end of a trace. */
export interface TraceDetails {
  /** The delivery's id. `undefined` if the delivery is not authenticated. */
  readonly id: string | undefined;
  /** The event's type. `undefined` if the delivery was not parsed. */
  readonly eventType: string | undefined;
  /** The number of the attempt to run the handlers, starting with 1. 0 if no handler ran. */
  readonly attempt: number;
  readonly isDeadLetter: boolean;
  /** The size of the body in bytes. `undefined` if the body was not read. */
  readonly bodySize: number | undefined;
}
