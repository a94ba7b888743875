/**
 * What a store or a limiter has to be for the receiver to use it.
 *
 * - log: the durable record of authenticated deliveries
 * - queue: where accepted deliveries wait, durably, until their handlers have succeeded
 *
 * The rules that all stores keep are functions of `@spiderfoot-webhooks/core/stores`.
 */
import type { Dialect, EventIssue } from '../events/wire.ts';
import type { RejectionCode } from '../outcome/rejections.ts';

/** Values of an event by which its delivery can be found. `undefined` if the body does not contain them. */
export interface StoredEvent {
  readonly eventType: string | undefined;
  readonly dialect: Dialect | undefined;
  /** `data.scan_id`. */
  readonly scanId: string | undefined;
  /** `data.target`. */
  readonly target: string | undefined;
}

/** An authenticated delivery, in a form that can be stored. */
export interface StoredDelivery extends StoredEvent {
  /**
   * 32 hex digits, the same for a retry or a replay. A notification without a time gets a new id each time it arrives,
   * because its sender never retries.
   */
  readonly id: string;
  /** The `endpoint` option of the receiver that took it. */
  readonly endpoint: string;
  readonly receivedAt: Date;
  /** The client's address; `undefined` where it is not known. */
  readonly ip: string | undefined;
  /** The body as received and signed. */
  readonly body: Uint8Array;
}

/** One handler's latest failure at a delivery. */
export interface StoredFailure {
  /** The name the handler was registered under. */
  readonly handler: string;
  /** What it threw, in a line. */
  readonly error: string;
}

/** Where a delivery stands. `received` is written before the first handler runs. */
export type DeliveryState = 'received' | 'processed' | 'failed' | 'ignored' | 'rejected';

/** Where a delivery stands that waits in a queue: `dead` has used up its attempts. */
export type QueueState = 'queued' | 'running' | 'dead';

export interface LogEntry extends StoredDelivery {
  readonly state: DeliveryState;
  /** How many times its handlers have been run, this time included; 0 where none was. */
  readonly attempt: number;
  /** The names of the handlers that have succeeded so far. */
  readonly succeeded: readonly string[];
  /** Of a `rejected` delivery. */
  readonly code?: RejectionCode | undefined;
  /** Of a delivery rejected as `invalid_event`. */
  readonly issues?: readonly EventIssue[] | undefined;
  /** Of a `failed` delivery: what went wrong, in a line. */
  readonly error?: string | undefined;
  /** Of a `failed` delivery: which handlers threw what, at this attempt. */
  readonly failures?: readonly StoredFailure[] | undefined;
}

/** What a log knows of a delivery that it has seen before. */
export interface LoggedDelivery {
  readonly state: DeliveryState | QueueState;
  readonly attempt: number;
  readonly succeeded: readonly string[];
  /**
   * Whether another process is running the handlers of this `received` delivery. The receiver then answers 503
   * `in_progress` and runs no handler. Return `true` only if that process is known to be alive. If it has died, the
   * retry, which arrives after one second, must be handled.
   * @default false
   */
  readonly running?: boolean | undefined;
}

/** A delivery that was refused before it was authenticated: anybody can have sent it. */
export interface UnauthenticatedRejection {
  readonly code: RejectionCode;
  readonly endpoint: string;
  readonly receivedAt: Date;
  readonly ip: string | undefined;
}

/** Records deliveries, by `endpoint` and `id`. */
export interface DeliveryLog {
  /**
   * Record the state of a delivery. Resolves once that is durable. If it rejects, the receiver answers 503, so
   * that the sender tries again.
   *
   * What is `processed`, or waits in a queue, stays so, and what has been attempted is not made `rejected` or
   * `ignored`: a retry that is refused as stale must not unsettle it. A `received` entry of a delivery that is known
   * changes its state alone, not its attempts.
   * @returns the earlier record of the delivery, by which duplicates are recognized across restarts. If a log always
   *   returns `undefined`, the receiver recognizes only the duplicates that it has in memory.
   */
  record(entry: LogEntry): Promise<LoggedDelivery | undefined>;
  /** Count a delivery that was not authenticated. Must not wait for a disk, because any client can send these. */
  recordRejection?(refusal: UnauthenticatedRejection): void;
  /** Run deliveries that are replayed from the log, with the handlers of the receiver at this endpoint. */
  start?(endpoint: string, process: ProcessWork, onDeadLetter?: ReportDeadLetter): Workers;
}

/** One try at a queued delivery. */
export interface QueuedWork extends StoredDelivery {
  /** 1 for the first. */
  readonly attempt: number;
  /** The handlers that succeeded at an earlier attempt: they are not run again. */
  readonly succeeded: readonly string[];
}

/** What became of one try. */
export interface QueuedResult {
  /** `rejected`: the body does not fit its schema, and another try would find it the same. */
  readonly status: 'processed' | 'failed' | 'rejected';
  /** The handlers that have succeeded by now, earlier attempts included. */
  readonly succeeded: readonly string[];
  /** The handlers that failed at this try. */
  readonly failures: readonly StoredFailure[];
  /** What failed, in a line. */
  readonly error?: string | undefined;
  /** The wait that a handler asked for with an error's `retryAfter`, in seconds. At most a day. */
  readonly retryAfter?: number | undefined;
  /** For a failed attempt, the return value of {@link AttemptOptions.retryAt}. */
  readonly nextAttempt?: Date | undefined;
  /** Set for a rejected delivery. */
  readonly code?: RejectionCode | undefined;
  readonly issues?: readonly EventIssue[] | undefined;
  /** What the event says of itself, which an older version may not have understood. */
  readonly event?: StoredEvent | undefined;
  /** The error as it was thrown, for the report of a dead letter. Do not store it. */
  readonly cause?: unknown;
}

/** Options that a store passes for an attempt. */
export interface AttemptOptions {
  /**
   * Return the time of the next attempt if this one fails, or `undefined` if this one is the last. Called at most once,
   * after a failure. The receiver logs the time, and returns it in the result as `nextAttempt`.
   * @param retryAfter the wait that a handler asked for, in seconds
   */
  readonly retryAt?: (retryAfter: number | undefined) => Date | undefined;
}

/** Run one attempt. Never rejects. */
export type ProcessWork = (work: QueuedWork, options?: AttemptOptions) => Promise<QueuedResult>;

/** A delivery that the queue does not attempt again. */
export interface DeadLetter {
  /** The delivery's id: `context.id` in a handler. */
  readonly id: string;
  readonly endpoint: string;
  /** The event's type. `undefined` if the event was never parsed. */
  readonly eventType: string | undefined;
  /** `data.scan_id` of the event. */
  readonly scanId: string | undefined;
  /** `data.target` of the event. */
  readonly target: string | undefined;
  readonly receivedAt: Date;
  /** The client's address. `undefined` if it is unknown. */
  readonly ip: string | undefined;
  /** The number of attempts. */
  readonly attempts: number;
  /**
   * `failed`: handlers failed too often. `lost`: the process ended or stalled during too many attempts. `rejected`:
   * the body can no longer be parsed or no longer matches its schema, so no handler ran.
   */
  readonly reason: 'failed' | 'lost' | 'rejected';
  /** The handlers that have run in any attempt. */
  readonly handlers: readonly DeadLetterHandler[];
  /**
   * The last error: an `EventHandlingError` if this process ran the last attempt, otherwise an `Error` with the
   * recorded message.
   */
  readonly error: unknown;
  /** Set for a rejected delivery. */
  readonly code?: RejectionCode | undefined;
  /** For a rejected delivery, the reasons why it does not match its schema. */
  readonly issues?: readonly EventIssue[] | undefined;
}

/** The result of one handler for a dead letter. */
export interface DeadLetterHandler {
  /** The handler's name. */
  readonly name: string;
  readonly succeeded: boolean;
  /** The message of its last error, in one line. */
  readonly error: string | undefined;
}

/**
 * Report a delivery that a store has settled as a dead letter or as rejected. Never throws.
 * @returns whether the receiver has logged the delivery. If not, a store with a logger of its own logs it
 */
export type ReportDeadLetter = (letter: DeadLetter) => boolean;

/** What works off the deliveries of one endpoint. */
export interface Workers {
  /** Stop claiming deliveries, wait for running ones within the store's own limit, and release the rest. */
  close(): Promise<void>;
}

/**
 * Keeps accepted deliveries until their handlers have succeeded. At least once, not exactly once.
 *
 * A queue that is a log as well (with `record`) also gets what is refused though authentic, and what is ignored, unless
 * the receiver has a log of its own.
 */
export interface DeliveryQueue {
  /**
   * Resolves only once the delivery is durable. A rejection makes the receiver answer 503. One that was given up is
   * not a duplicate: when it is sent again, it is tried again.
   */
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
  /**
   * Wait until a delivery is settled. Implement this in a queue that loses its deliveries when the process ends. On a
   * platform that freezes the process after the answer, the receiver passes the promise to `waitUntil`.
   * @returns a promise that resolves when an accepted delivery has been processed, rejected or given up, and never
   *   rejects; `undefined` if the queue does not hold the delivery
   */
  settled?(delivery: StoredDelivery): Promise<void> | undefined;
  /**
   * Start the workers of an endpoint: claim, run, settle, retry.
   * @param onDeadLetter call it once for each delivery that is not attempted again, after that is stored durably
   * @throws ConfigurationError synchronously, if the endpoint already has workers in this process
   */
  start(endpoint: string, process: ProcessWork, onDeadLetter?: ReportDeadLetter): Workers;
}

/**
 * Any limiter of the library rate-limiter-flexible, as it is. `consume` rejects with `{ msBeforeNext }` where the
 * key has used up its points, and with an `Error` where the limiter itself failed.
 */
export interface RateLimiter {
  consume(key: string): Promise<unknown>;
}

/** The call shape of pino, and of most others. */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
