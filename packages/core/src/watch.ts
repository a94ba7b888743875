import type { WaitUntil } from './delivery.ts';

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

/**
 * What an outcome or an error belongs to: `received` is the answer to a request (without a queue, its handlers ran before
 * it); `handled` is an attempt at a queued or replayed delivery, whose request was answered earlier.
 */
export type Phase = 'received' | 'handled';

/** What listeners and logs say about the delivery that an outcome or an error belongs to. */
export interface Subject {
  readonly phase: Phase;
  /** The delivery's id, once it is authenticated. */
  id: string | undefined;
  /** The event's type, once it is parsed. */
  eventType: string | undefined;
  /** The attempt at running the handlers, 1 for the first; 0 as long as none has run. */
  attempt: number;
  /** Of the request: for a listener that returns a promise. */
  waitUntil?: WaitUntil | undefined;
}

/** One delivery under observation. The pipeline and the worker fill it in as they learn more. */
export interface Watch extends Subject {
  readonly receivedAt: Date;
  ip: string | undefined;
  /** When the next attempt is due. */
  nextAttempt: Date | undefined;
  /** Whether this attempt was the last. */
  isDeadLetter: boolean;
  /** Ends a part: it took from the last mark until now. */
  mark(part: Exclude<keyof Timings, 'total'>): void;
  timings(): Timings;
}

/** @param timed whether to measure; without listeners and a logger, the clock would cost time for nothing */
export function createWatch(receivedAt: Date, phase: Phase, timed: boolean): Watch {
  // No spread: this runs for every request.
  const { mark, timings } = timed ? createTimer() : idleTimer;
  return {
    phase,
    receivedAt,
    id: undefined,
    eventType: undefined,
    attempt: 0,
    ip: undefined,
    nextAttempt: undefined,
    isDeadLetter: false,
    waitUntil: undefined,
    mark,
    timings,
  };
}

type Timer = Pick<Watch, 'mark' | 'timings'>;

function createTimer(): Timer {
  const start = performance.now();
  let last = start;
  const parts: Omit<Timings, 'total'> = {};
  return {
    mark(part) {
      const now = performance.now();
      parts[part] = now - last;
      last = now;
    },
    timings: () => ({ ...parts, total: performance.now() - start }),
  };
}

const idleTimer: Timer = { mark() {}, timings: () => ({ total: 0 }) };
