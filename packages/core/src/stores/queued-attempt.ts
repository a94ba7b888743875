import type { EventIssue } from '../events/wire.ts';
import type { RejectionCode } from '../outcome/rejections.ts';
import type { StoredDelivery, StoredEvent, StoredFailure, StoredRun } from './stored-delivery.ts';

/** One attempt at a queued delivery. */
export interface QueuedWork extends StoredDelivery {
  /** The number of the attempt. 1 for the first. */
  readonly attempt: number;
  /** The handlers that succeeded in an earlier attempt. They are not run again. */
  readonly succeeded: readonly string[];
}

/** The result of one attempt. */
export interface QueuedResult {
  /** `rejected`: the body does not match its schema, so another attempt would also be rejected. */
  readonly status: 'processed' | 'failed' | 'rejected';
  /** The handlers that have succeeded, in this attempt or an earlier one. */
  readonly succeeded: readonly string[];
  /** The handlers that failed in this attempt. */
  readonly failures: readonly StoredFailure[];
  /** The runs of handlers in this attempt. */
  readonly runs?: readonly StoredRun[] | undefined;
  /** The message of the error, in one line. */
  readonly error?: string | undefined;
  /** The wait that a handler asked for with an error's `retryAfter`, in seconds. At most a day. */
  readonly retryAfter?: number | undefined;
  /** For a failed attempt, the return value of {@link AttemptOptions.retryAt}. */
  readonly nextAttempt?: Date | undefined;
  /** Set for a rejected delivery. */
  readonly code?: RejectionCode | undefined;
  readonly issues?: readonly EventIssue[] | undefined;
  /** The values of the event. An older version may have stored different values. */
  readonly event?: StoredEvent | undefined;
  /** The error as it was thrown, for the report of a dead letter. Do not store it. */
  readonly cause?: unknown;
}

/** Options that a store passes for an attempt. */
export interface AttemptOptions {
  /**
   * Aborted when this attempt no longer counts: its lease has expired, or closing has put the delivery back into the
   * queue. It is joined into `context.signal` of the handlers. It may be a getter, because most handlers never read
   * their signal.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Return the time of the next attempt if this one fails, or `undefined` if this one is the last. Called at most once,
   * after a failure. The receiver logs the time, and returns it in the result as `nextAttempt`.
   * @param retryAfter the wait that a handler asked for, in seconds
   */
  readonly retryAt?: (retryAfter: number | undefined) => Date | undefined;
}

/** Run one attempt. Never rejects. */
export type ProcessWork = (work: QueuedWork, options?: AttemptOptions) => Promise<QueuedResult>;

/** The workers of one endpoint. */
export interface Workers {
  /** Stop claiming deliveries, wait for running ones within the store's own limit, and release the rest. */
  close(): Promise<void>;
}
