import { StoreError } from '../errors.ts';

/** The time until which a call must be answered. All statements of the call share it. */
export interface Deadline {
  /** The time on the monotonic clock (`performance.now()`), in milliseconds. */
  readonly at: number;
  /** Milliseconds from the call to its deadline, for messages. */
  readonly duration: number;
}

/** Return the deadline of a call that begins now. */
export function deadlineAfter(duration: number): Deadline {
  return { at: performance.now() + duration, duration };
}

/** Return the milliseconds until a deadline. 0 if it has passed. */
export function remaining({ at }: Deadline): number {
  return Math.max(0, at - performance.now());
}

export function earlier(first: Deadline, second: Deadline): Deadline {
  return first.at <= second.at ? first : second;
}

/** Create the error of a call that has reached its deadline. */
export function lateError({ duration }: Pick<Deadline, 'duration'>): StoreError {
  return new StoreError(`PostgreSQL did not respond within ${duration} ms.`);
}
