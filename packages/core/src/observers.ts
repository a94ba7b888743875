import { silentLogger } from './context.ts';
import type { WaitUntil } from './delivery.ts';
import { asksForRetry, EventHandlingError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import { logLostDelivery, logOutcome } from './outcome-log.ts';
import type { DeadLetter, Logger } from './ports.ts';
import { isThenable } from './promises.ts';
import { createWatch, type Phase, type Subject, type Timings, type Watch } from './watch.ts';

/** What {@link Receiver.onOutcome} passes beside the outcome. */
export interface OutcomeDetails {
  readonly endpoint: string;
  /**
   * `received`: a request was answered with this outcome; without a queue, after its handlers. `handled`: an attempt at a
   * queued or replayed delivery ended with it, and no sender waits for an answer.
   */
  readonly phase: Phase;
  /**
   * The attempt at running the handlers, 1 for the first. 0 if none ran: for `accepted`, `duplicate` and `ignored`, and
   * for what was rejected before.
   */
  readonly attempt: number;
  /** The event's type by its own name; `undefined` if the delivery was rejected before it was parsed. */
  readonly eventType: string | undefined;
  /** After a failed attempt behind a queue: when the next one is due. `undefined` if there is none, or only the sender knows. */
  readonly nextAttempt: Date | undefined;
  /** The client's address; `undefined` if it is not known or was not looked at. */
  readonly ip: string | undefined;
  readonly receivedAt: Date;
  readonly timings: Readonly<Timings>;
}

/** What {@link Receiver.onError} passes beside the error. */
export interface ErrorDetails {
  /** What failed. */
  readonly source: 'handlers' | 'rateLimiter' | 'log' | 'queue' | 'schemas' | 'listener' | 'receiver';
  readonly endpoint: string;
  /** The delivery's id; `undefined` if it is not authenticated. */
  readonly id: string | undefined;
  /** As in {@link OutcomeDetails}. */
  readonly phase: Phase;
  /** The attempt at running the handlers, 1 for the first; 0 if none had run. */
  readonly attempt: number;
  /** The event's type; `undefined` if the delivery was not parsed. */
  readonly eventType: string | undefined;
}

export type OutcomeListener<Event extends { readonly event_type: string }> = (
  outcome: Outcome<Event>,
  details: OutcomeDetails,
) => unknown;

export type ErrorListener = (error: unknown, details: ErrorDetails) => unknown;

export type DeadLetterListener = (letter: DeadLetter) => unknown;

/** Tells the user's listeners and logger what happens. A listener that fails changes no outcome. */
export interface Observers {
  addOutcome(listener: OutcomeListener<never>): void;
  addError(listener: ErrorListener): void;
  addDeadLetter(listener: DeadLetterListener): void;
  /** Starts the clock of one delivery. */
  watch(receivedAt: Date, phase: Phase): Watch;
  /** Logs an outcome, with the error that caused it, and calls the listeners. */
  outcome(outcome: Outcome, watch: Watch): void;
  /** Calls the listeners of errors. The outcome that the error causes is what logs it. */
  error(error: unknown, source: ErrorDetails['source'], subject: Subject): void;
  /** Logs an error that changes no outcome, and calls the listeners of errors. */
  sideError(error: unknown, source: ErrorDetails['source'], subject: Subject): void;
  /** Calls the listeners of dead letters. @returns whether the letter is in the log */
  deadLetter(letter: DeadLetter): boolean;
  /** Logs that an event has no handler. */
  unhandled(subject: Subject): void;
}

export function createObservers(endpoint: string, logger: Logger): Observers {
  const outcomeListeners: OutcomeListener<never>[] = [];
  const errorListeners: ErrorListener[] = [];
  const deadLetterListeners: DeadLetterListener[] = [];
  const isLogging = logger !== silentLogger;

  function error(error: unknown, source: ErrorDetails['source'], subject: Subject): void {
    // A handler that asks for a later attempt reports nothing that is wrong.
    if (error instanceof EventHandlingError && asksForRetry(error)) return;
    const { id, phase, attempt, eventType } = subject;
    const details = { source, endpoint, id, phase, attempt, eventType };
    for (const listener of errorListeners) {
      safely(
        () => listener(error, details),
        // Only the logger is left to report to.
        (err) =>
          safely(() => logger.error({ endpoint, err }, 'spiderfoot webhook: an onError listener failed')),
        subject.waitUntil,
      );
    }
  }

  function sideError(err: unknown, source: ErrorDetails['source'], subject: Subject): void {
    const { id, phase, attempt, eventType: event_type } = subject;
    const details = { source, endpoint, phase, attempt, id, event_type, err };
    safely(() => logger.error(details, `spiderfoot webhook: ${sourceWords[source]}`));
    error(err, source, subject);
  }

  return {
    addOutcome: (listener) => void outcomeListeners.push(listener),
    addError: (listener) => void errorListeners.push(listener),
    addDeadLetter: (listener) => void deadLetterListeners.push(listener),
    watch: (receivedAt, phase) => createWatch(receivedAt, phase, isLogging || outcomeListeners.length > 0),
    outcome(outcome, watch) {
      if (isLogging) safely(() => logOutcome(logger, endpoint, outcome, watch));
      if (outcomeListeners.length === 0) return;
      const { phase, attempt, eventType, nextAttempt, ip, receivedAt } = watch;
      const timings = watch.timings();
      const details = { endpoint, phase, attempt, eventType, nextAttempt, ip, receivedAt, timings };
      for (const listener of outcomeListeners) {
        // Outcomes are those of the receiver the listener was added to: its events are of that receiver's types.
        safely(
          () => listener(outcome as never, details),
          (err) => sideError(err, 'listener', watch),
          watch.waitUntil,
        );
      }
    },
    error,
    sideError,
    deadLetter(letter) {
      // If an attempt of this process was the last one, its outcome is logged as a dead letter already.
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
    unhandled({ eventType: event_type, id }) {
      safely(() => logger.warn({ endpoint, id, event_type }, 'spiderfoot webhook: no handler takes this'));
    },
  };
}

const sourceWords = {
  handlers: 'handlers failed',
  rateLimiter: 'the rate limiter failed; the delivery goes on',
  log: 'the log could not record a delivery',
  queue: 'the queue could not store a delivery',
  schemas: 'a schema failed; the delivery is rejected',
  listener: 'a listener failed',
  receiver: 'a function that was given to the receiver failed',
} as const satisfies Record<ErrorDetails['source'], string>;

function safely(
  call: () => unknown,
  onFailure: (error: unknown) => void = () => {},
  waitUntil?: WaitUntil,
): void {
  try {
    const result = call();
    if (!isThenable(result)) return;
    const handled = Promise.resolve(result).catch(onFailure);
    waitUntil?.(handled);
  } catch (error) {
    onFailure(error);
  }
}
