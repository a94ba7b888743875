import { isThenable } from '../data/promises.ts';
import { asksForRetry, ConfigurationError, EventHandlingError } from '../errors.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { DeadLetter } from '../stores/rules/dead-letter.ts';
import type { DeliveryTracer, TraceStart } from './delivery-tracer.ts';
import type { HandlerRunListener, ReportHandlerRun } from './handler-run.ts';
import { type Logger, silentLogger } from './logger.ts';
import {
  createObservation,
  type Observation,
  type Phase,
  type Subject,
  type Timings,
} from './observation.ts';
import { logLostDelivery, logOutcome } from './outcome-log.ts';
import { beginTrace } from './safe-trace.ts';
import { safely } from './safely.ts';

/** The details that {@link Receiver.onOutcome} passes along with an outcome. */
export interface OutcomeDetails {
  readonly endpoint: string;
  /**
   * `received`: the outcome of a request. Without a queue, the handlers have run. `handled`: the outcome of an attempt at
   * a queued or replayed delivery, for which no sender is waiting.
   */
  readonly phase: Phase;
  /**
   * The number of this attempt to run the handlers, starting with 1. 0 if no handler ran: for `accepted`, `duplicate`
   * and `ignored`, and for a delivery that was rejected first.
   */
  readonly attempt: number;
  /** The event's canonical type. `undefined` if the delivery was rejected before it was parsed. */
  readonly eventType: string | undefined;
  /**
   * The time of the next attempt, after a failed attempt at a queued delivery. `undefined` if no attempt
   * follows, or if the sender decides when to retry.
   */
  readonly nextAttempt: Date | undefined;
  /** The client's address. `undefined` if it is unknown or was not read. */
  readonly ip: string | undefined;
  readonly receivedAt: Date;
  readonly timings: Readonly<Timings>;
}

/** The details that {@link Receiver.onError} passes along with an error. */
export interface ErrorDetails {
  /** The part that failed. */
  readonly source: 'handlers' | 'rateLimiter' | 'log' | 'queue' | 'schemas' | 'listener' | 'receiver';
  readonly endpoint: string;
  /** The delivery's id. `undefined` if the delivery is not authenticated. */
  readonly id: string | undefined;
  /** As in {@link OutcomeDetails}. */
  readonly phase: Phase;
  /** The number of the attempt to run the handlers, starting with 1. 0 if no handler has run. */
  readonly attempt: number;
  /** The event's type. `undefined` if the delivery was not parsed. */
  readonly eventType: string | undefined;
}

export type OutcomeListener<Event extends { readonly event_type: string }> = (
  outcome: Outcome<Event>,
  details: OutcomeDetails,
) => unknown;

export type ErrorListener = (error: unknown, details: ErrorDetails) => unknown;

export type DeadLetterListener = (letter: DeadLetter) => unknown;

/** Passes outcomes and errors to the user's listeners and logger. A failing listener does not change an outcome. */
export interface Observers {
  addOutcome(listener: OutcomeListener<never>): void;
  addError(listener: ErrorListener): void;
  addDeadLetter(listener: DeadLetterListener): void;
  addHandlerRun(listener: HandlerRunListener): void;
  /** @throws ConfigurationError if there is another tracer */
  setTracer(tracer: DeliveryTracer): void;
  /** Begin the trace of an observation, if there is a tracer. */
  beginTrace(observation: Observation, start: () => TraceStart): void;
  /** End the trace of an observation whose outcome is not reported. */
  endTrace(outcome: Outcome, observation: Observation): void;
  /** Start the observation of one delivery. */
  observe(receivedAt: Date, phase: Phase): Observation;
  /** Log an outcome with the error that caused it, and call the listeners. */
  outcome(outcome: Outcome, observation: Observation): void;
  /** Call the error listeners. Does not log the error, because it is logged with the outcome that it causes. */
  error(error: unknown, source: ErrorDetails['source'], subject: Subject): void;
  /** Log an error that does not change an outcome, and call the error listeners. */
  sideError(error: unknown, source: ErrorDetails['source'], subject: Subject): void;
  /** Call the dead-letter listeners. @returns whether the dead letter was logged */
  deadLetter(letter: DeadLetter): boolean;
  /**
   * Create a function that calls the listeners with the runs of a delivery's handlers.
   * @returns `undefined` without listeners
   */
  handlerRuns(subject: Subject, id: string, eventType: string): ReportHandlerRun | undefined;
  /** Log that an event has no handler. */
  unhandled(subject: Subject): void;
}

export function createObservers(endpoint: string, logger: Logger): Observers {
  const outcomeListeners: OutcomeListener<never>[] = [];
  const errorListeners: ErrorListener[] = [];
  const deadLetterListeners: DeadLetterListener[] = [];
  const handlerRunListeners: HandlerRunListener[] = [];
  const isLogging = logger !== silentLogger;
  let tracer: DeliveryTracer | undefined;

  function error(error: unknown, source: ErrorDetails['source'], subject: Subject): void {
    // A handler that asks for a later attempt is not an error.
    if (error instanceof EventHandlingError && asksForRetry(error)) return;
    const { id, phase, attempt, eventType } = subject;
    const details = { source, endpoint, id, phase, attempt, eventType };
    for (const listener of errorListeners) {
      safely(
        () => listener(error, details),
        // Report to the logger only, because an error listener has failed.
        (err) =>
          safely(() => logger.error({ endpoint, err }, 'spiderfoot webhook: an onError listener failed')),
        subject.waitUntil,
      );
    }
  }

  function sideError(err: unknown, source: ErrorDetails['source'], subject: Subject): void {
    const { id, phase, attempt, eventType } = subject;
    const details = { source, endpoint, phase, attempt, id, eventType, err };
    safely(() => logger.error(details, `spiderfoot webhook: ${failureMessages[source]}`));
    error(err, source, subject);
  }

  /** If a listener returned a promise, report its rejection. */
  function watchListener(result: unknown, subject: Subject): void {
    if (!isThenable(result)) return;
    const watched = Promise.resolve(result).catch((err: unknown) => sideError(err, 'listener', subject));
    subject.waitUntil?.(watched);
  }

  function endTrace(
    outcome: Outcome,
    { trace, id, eventType, attempt, isDeadLetter, bodySize }: Observation,
  ): void {
    trace?.end(outcome, { id, eventType, attempt, isDeadLetter, bodySize });
  }

  return {
    addOutcome: (listener) => void outcomeListeners.push(listener),
    addError: (listener) => void errorListeners.push(listener),
    addDeadLetter: (listener) => void deadLetterListeners.push(listener),
    addHandlerRun: (listener) => void handlerRunListeners.push(listener),
    setTracer(added) {
      if (tracer !== undefined)
        throw new ConfigurationError('tracer', 'is already set. A receiver has one tracer.');
      tracer = added;
    },
    beginTrace(observation, start) {
      if (tracer === undefined) return;
      const report = (err: unknown) => sideError(err, 'listener', observation);
      observation.trace = beginTrace(tracer, start(), report);
    },
    endTrace,
    observe: (receivedAt, phase) =>
      createObservation(receivedAt, phase, isLogging || outcomeListeners.length > 0),
    outcome(outcome, observation) {
      if (isLogging) safely(() => logOutcome(logger, endpoint, outcome, observation));
      endTrace(outcome, observation);
      if (outcomeListeners.length === 0) return;
      const { phase, attempt, eventType, nextAttempt, ip, receivedAt } = observation;
      const timings = observation.timings();
      const details = { endpoint, phase, attempt, eventType, nextAttempt, ip, receivedAt, timings };
      // Listeners for metrics are called for every request, so this creates no functions.
      for (const listener of outcomeListeners) {
        try {
          // The outcome is one of the receiver to which the listener was added, so its event has the types of that receiver.
          watchListener(listener(outcome as never, details), observation);
        } catch (err) {
          sideError(err, 'listener', observation);
        }
      }
    },
    error,
    sideError,
    deadLetter(letter) {
      // If this process ran the last attempt, the outcome was already logged as a dead letter.
      if (isLogging && letter.reason === 'lost') safely(() => logLostDelivery(logger, letter));
      const { id, eventType, attempts: attempt } = letter;
      for (const listener of deadLetterListeners) {
        safely(
          () => listener(letter),
          (err) => sideError(err, 'listener', { phase: 'handled', id, eventType, attempt }),
        );
      }
      return isLogging;
    },
    handlerRuns(subject, id, eventType) {
      if (handlerRunListeners.length === 0) return undefined;
      const { phase, attempt } = subject;
      return ({ handler, startedAt, duration, succeeded, error: failure }) => {
        // This runs for every handler of every request, so it avoids the slower spread.
        const details = {
          handler,
          startedAt,
          duration,
          succeeded,
          error: failure,
          endpoint,
          id,
          phase,
          attempt,
          eventType,
        };
        for (const listener of handlerRunListeners) {
          try {
            watchListener(listener(details), subject);
          } catch (err) {
            sideError(err, 'listener', subject);
          }
        }
      };
    },
    unhandled({ eventType, id }) {
      safely(() =>
        logger.warn(
          { endpoint, id, eventType },
          'spiderfoot webhook: no handler is registered for this event',
        ),
      );
    },
  };
}

const failureMessages = {
  handlers: 'handlers failed',
  rateLimiter: 'the rate limiter failed; the delivery was not limited',
  log: 'the log could not record a delivery',
  queue: 'the queue could not store a delivery',
  schemas: 'a schema failed; the delivery is rejected',
  listener: 'a listener failed',
  receiver: 'a function passed to the receiver failed',
} as const satisfies Record<ErrorDetails['source'], string>;
