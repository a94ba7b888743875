import { silentLogger } from './context.ts';
import { type Outcome, refusals } from './outcome.ts';
import type { Logger } from './ports.ts';
import { isThenable } from './promises.ts';

/** How long the parts of a delivery took, in milliseconds. A part that was not reached is missing. */
export interface Timings {
  /** Reading the body. */
  body?: number;
  /** Verifying the signature and parsing. */
  check?: number;
  /** Running the handlers, with the log around them; or storing the delivery in the queue. */
  handle?: number;
  total: number;
}

/** What {@link Receiver.onOutcome} tells beside the outcome. */
export interface OutcomeDetails {
  readonly endpoint: string;
  /** The client's address; `undefined` where it is not known or was not looked at. */
  readonly ip: string | undefined;
  readonly receivedAt: Date;
  readonly timings: Readonly<Timings>;
}

/** Where an error came from that {@link Receiver.onError} tells of. */
export interface ErrorDetails {
  readonly source: 'handlers' | 'rateLimiter' | 'log' | 'queue' | 'schemas' | 'listener' | 'receiver';
  readonly endpoint: string;
  /** The delivery's id, where it has one. */
  readonly id: string | undefined;
}

export type OutcomeListener<Event extends { readonly event_type: string }> = (
  outcome: Outcome<Event>,
  details: OutcomeDetails,
) => unknown;

export type ErrorListener = (error: unknown, details: ErrorDetails) => unknown;

/** Tells the user's listeners and logger what happens. A listener that fails changes no outcome. */
export interface Observers {
  addOutcome(listener: OutcomeListener<never>): void;
  addError(listener: ErrorListener): void;
  /** Starts the clock of one delivery; without anybody to tell, the clock stands still and costs nothing. */
  watch(receivedAt: Date): Watch;
  outcome(outcome: Outcome, watch: Watch): void;
  error(error: unknown, source: ErrorDetails['source'], id?: string): void;
  /** That an event has no handler. */
  unhandled(event_type: string, id: string): void;
}

/** One delivery under observation. */
export interface Watch {
  ip: string | undefined;
  readonly receivedAt: Date;
  /** Ends a part: it took from the last mark until now. */
  mark(part: Exclude<keyof Timings, 'total'>): void;
  timings(): Timings;
}

export function createObservers(endpoint: string, logger: Logger): Observers {
  const outcomeListeners: OutcomeListener<never>[] = [];
  const errorListeners: ErrorListener[] = [];

  function error(error: unknown, source: ErrorDetails['source'], id?: string): void {
    const details = { source, endpoint, id };
    safely(() => logger.error({ ...details, err: error }, `spiderfoot webhook: ${sourceWords[source]}`));
    // A listener of errors that fails itself has nobody left to tell but the logger.
    for (const listener of errorListeners) {
      safely(
        () => listener(error, details),
        (err) =>
          safely(() => logger.error({ endpoint, err }, 'spiderfoot webhook: an onError listener failed')),
      );
    }
  }

  return {
    addOutcome: (listener) => void outcomeListeners.push(listener),
    addError: (listener) => void errorListeners.push(listener),
    watch(receivedAt) {
      return outcomeListeners.length > 0 || logger !== silentLogger
        ? startWatch(receivedAt)
        : idleWatch(receivedAt);
    },
    outcome(outcome, watch) {
      if (logger !== silentLogger) safely(() => logOutcome(logger, endpoint, outcome, watch));
      if (outcomeListeners.length === 0) return;
      const details = { endpoint, ip: watch.ip, receivedAt: watch.receivedAt, timings: watch.timings() };
      for (const listener of outcomeListeners) {
        // Outcomes are those of the receiver the listener was added to: its events are of that receiver's types.
        safely(
          () => listener(outcome as never, details),
          (err) => error(err, 'listener'),
        );
      }
    },
    error,
    unhandled(event_type, id) {
      safely(() => logger.warn({ endpoint, id, event_type }, 'spiderfoot webhook: no handler takes this'));
    },
  };
}

const sourceWords = {
  handlers: 'handlers failed',
  rateLimiter: 'the rate limiter failed; the delivery goes on',
  log: 'the log could not record a delivery',
  queue: 'the queue could not store a delivery',
  schemas: 'a schema failed itself; the delivery is refused',
  listener: 'an onOutcome listener failed',
  receiver: 'the receiver could not decide',
} as const satisfies Record<ErrorDetails['source'], string>;

function safely(call: () => unknown, onFailure: (error: unknown) => void = () => {}): void {
  try {
    const result = call();
    if (isThenable(result)) result.then(undefined, onFailure);
  } catch (error) {
    onFailure(error);
  }
}

function logOutcome(logger: Logger, endpoint: string, outcome: Outcome, watch: Watch): void {
  const common = { endpoint, ip: watch.ip, ms: Math.round(watch.timings().total * 1000) / 1000 };
  if (outcome.status !== 'rejected') {
    const { status, id, event } = outcome;
    logger.info({ ...common, status, id, event_type: event.event_type }, `spiderfoot webhook ${status}`);
    return;
  }
  const { code, id, event_type, issues } = outcome;
  const { hint } = refusals[code];
  logger.warn({ ...common, code, id, event_type, issues, hint }, `spiderfoot webhook refused: ${code}`);
}

function startWatch(receivedAt: Date): Watch {
  const start = performance.now();
  let last = start;
  const parts: Omit<Timings, 'total'> = {};
  return {
    ip: undefined,
    receivedAt,
    mark(part) {
      const now = performance.now();
      parts[part] = now - last;
      last = now;
    },
    timings: () => ({ ...parts, total: performance.now() - start }),
  };
}

const noMark = () => {};
const noTimings = () => ({ total: 0 });

function idleWatch(receivedAt: Date): Watch {
  return { ip: undefined, receivedAt, mark: noMark, timings: noTimings };
}
