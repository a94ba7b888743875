import type { WaitUntil } from '../adapter/delivery.ts';
import type { SafeTrace } from './safe-trace.ts';

/** The duration of each part of a delivery, in milliseconds. `undefined` if the part was not reached. */
export interface Timings {
  /** Reading the body. */
  body: number | undefined;
  /** Verifying the signature and parsing. */
  check: number | undefined;
  /** Running the handlers and recording the delivery in the log, or storing the delivery in the queue. */
  handle: number | undefined;
  total: number;
}

/**
 * The phase of a delivery. `received`: a request gets its response. Without a queue, its handlers run first. `handled`: a
 * queued or replayed delivery is attempted. Its request got its response earlier.
 */
export type Phase = 'received' | 'handled';

/** The delivery of an outcome or an error, for listeners and logs. */
export interface Subject {
  readonly phase: Phase;
  /** The delivery's id. Set after authentication. */
  id: string | undefined;
  /** The event's type. Set after parsing. */
  eventType: string | undefined;
  /** The number of the attempt to run the handlers, starting with 1. 0 until a handler runs. */
  attempt: number;
  /** {@link Delivery.waitUntil}, for listeners that return a promise. */
  waitUntil?: WaitUntil | undefined;
}

/** The observation of one delivery. The pipeline and the worker set its members as they become known. */
export interface Observation extends Subject {
  readonly receivedAt: Date;
  ip: string | undefined;
  /** The time of the next attempt. */
  nextAttempt: Date | undefined;
  /** The body of a request, as soon as it has been read. Set only if rejected requests are kept. */
  body: Uint8Array | undefined;
  /** Whether this attempt was the last. */
  isDeadLetter: boolean;
  /** The trace of this delivery. `undefined` without a tracer. */
  trace: SafeTrace | undefined;
  /** The size of the body in bytes. `undefined` if the body was not read. */
  bodySize: number | undefined;
  /** End a part, which lasted from the last mark until now. */
  mark(part: Exclude<keyof Timings, 'total'>): void;
  timings(): Timings;
}

/**
 * Create the observation of a delivery.
 * @param timed whether to measure time. Pass `false` without listeners and a logger, because reading the clock takes time
 */
export function createObservation(receivedAt: Date, phase: Phase, timed: boolean): Observation {
  // This runs for every request, so it avoids the slower spread.
  const { mark, timings } = timed ? createTimer() : idleTimer;
  return {
    phase,
    receivedAt,
    id: undefined,
    eventType: undefined,
    attempt: 0,
    ip: undefined,
    nextAttempt: undefined,
    body: undefined,
    isDeadLetter: false,
    trace: undefined,
    bodySize: undefined,
    waitUntil: undefined,
    mark,
    timings,
  };
}

type Timer = Pick<Observation, 'mark' | 'timings'>;

function createTimer(): Timer {
  const start = performance.now();
  let last = start;
  const timings = noTimings();
  return {
    mark(part) {
      const now = performance.now();
      timings[part] = now - last;
      last = now;
    },
    timings() {
      timings.total = performance.now() - start;
      return timings;
    },
  };
}

const idleTimer: Timer = { mark() {}, timings: noTimings };

function noTimings(): Timings {
  return { body: undefined, check: undefined, handle: undefined, total: 0 };
}
