import type { Phase } from './observation.ts';

/** One run of a handler, for the listeners of {@link Receiver.onHandlerRun}. */
export interface HandlerRunDetails {
  /** The name of the handler. A route that gets the events of `webhookMiddleware` has the name `route`. */
  readonly handler: string;
  readonly startedAt: Date;
  /** The duration of the run, in milliseconds. For a handler that timed out, its time limit. */
  readonly duration: number;
  readonly succeeded: boolean;
  /** The error of a run that did not succeed: the value that the handler threw, or a `HandlerTimeoutError`. */
  readonly error: unknown;
  readonly endpoint: string;
  /** The delivery's id: `context.id` in the handler. */
  readonly id: string;
  /** As in `OutcomeDetails`. */
  readonly phase: Phase;
  /** The number of the attempt, starting with 1. */
  readonly attempt: number;
  /** The event's canonical type. */
  readonly eventType: string;
}

export type HandlerRunListener = (run: HandlerRunDetails) => unknown;

/** Report the end of a run. */
export type ReportHandlerRun = (
  run: Pick<HandlerRunDetails, 'handler' | 'startedAt' | 'duration' | 'succeeded' | 'error'>,
) => void;
