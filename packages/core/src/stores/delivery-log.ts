import type { EventIssue } from '../events/wire.ts';
import type { RejectionCode } from '../outcome/rejections.ts';
import type { DeliveryState, StoredState } from './delivery-states.ts';
import type { ProcessWork, Workers } from './queued-attempt.ts';
import type { StoreHealth } from './records/store-health.ts';
import type { ReportDeadLetter } from './rules/dead-letter.ts';
import type { StoredDelivery, StoredFailure, StoredRun } from './stored-delivery.ts';

/** A delivery and its state, for `DeliveryLog.record`. */
export interface LogEntry extends StoredDelivery {
  readonly state: DeliveryState;
  /** The number of attempts, including this one. 0 if no handler has run. */
  readonly attempt: number;
  /** The names of the handlers that have succeeded so far. */
  readonly succeeded: readonly string[];
  /** Set for a `rejected` delivery. */
  readonly code?: RejectionCode | undefined;
  /** Set for a delivery rejected as `invalid_event`. */
  readonly issues?: readonly EventIssue[] | undefined;
  /** Set for a `failed` delivery: the message of the error, in one line. */
  readonly error?: string | undefined;
  /** Set for a `failed` delivery: the handlers that failed in this attempt. */
  readonly failures?: readonly StoredFailure[] | undefined;
  /** The runs of handlers in this attempt. */
  readonly runs?: readonly StoredRun[] | undefined;
}

/** The earlier record of a delivery. */
export interface LoggedDelivery {
  readonly state: StoredState;
  readonly attempt: number;
  readonly succeeded: readonly string[];
  /**
   * Whether another process is running the handlers of this `received` delivery. The receiver then rejects the delivery
   * with 503 `in_progress` and runs no handler. Return `true` only if that process is known to be alive. If it has died, the
   * retry, which arrives after one second, must be handled.
   * @default false
   */
  readonly running?: boolean | undefined;
}

/** What is kept of a rejected request. It contains no credentials and no URL. */
export interface RejectedRequest {
  readonly method: string;
  /**
   * The headers in their order. A value that may be a credential is `[removed]`. At most 100 headers and 32 KiB, of which
   * a value has at most 4 KiB.
   */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** At most the first 64 KiB. `undefined` if the body was not read, or contains a secret of the receiver. */
  readonly body: Uint8Array | undefined;
  /** Whether the body is longer than `body`. */
  readonly truncated: boolean;
}

/** A delivery that was rejected before it was authenticated. Any client can have sent it. */
export interface UnauthenticatedRejection {
  readonly code: RejectionCode;
  readonly endpoint: string;
  readonly receivedAt: Date;
  readonly ip: string | undefined;
  /** The request, if the receiver keeps rejected requests. */
  readonly request?: RejectedRequest | undefined;
  /** The number of requests of this endpoint to keep: the newest ones. Set together with `request`. */
  readonly keep?: number | undefined;
}

/** Records deliveries durably, by `endpoint` and `id`. */
export interface DeliveryLog {
  /**
   * Record the state of a delivery. Resolves when the record is durable. If the promise rejects, the receiver
   * responds with 503, so that the sender retries.
   *
   * Replace an earlier record only if `mayReplace` allows it. A `received` entry of a known delivery changes only the
   * state, not the attempts.
   * @returns the earlier record of the delivery, by which duplicates are recognized across restarts. If a log always
   *   returns `undefined`, the receiver recognizes only the duplicates that it has in memory.
   */
  record(entry: LogEntry): Promise<LoggedDelivery | undefined>;
  /**
   * Count a delivery that was rejected before it was authenticated, and keep its request if there is one. Must not wait for
   * a disk, because any client can send such requests.
   */
  recordRejection?(rejection: UnauthenticatedRejection): void;
  /** Run deliveries that are replayed from the log, with the handlers of the receiver at this endpoint. */
  start?(endpoint: string, process: ProcessWork, onDeadLetter?: ReportDeadLetter): Workers;
  /** See `DeliveryQueue.ready`. */
  ready?(): Promise<void>;
  /** See `DeliveryQueue.health`. */
  health?(): Promise<StoreHealth>;
}
