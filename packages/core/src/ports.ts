/**
 * What a store or a limiter has to be for the receiver to use it.
 *
 * - log: the durable record of authenticated deliveries
 * - queue: where accepted deliveries wait, durably, until their handlers have succeeded
 *
 * The rules that all stores keep are functions of `@spiderfoot-webhooks/core/stores`.
 */
import type { Dialect, EventIssue } from './events/wire.ts';
import type { RefusalCode } from './outcome.ts';

/** What an event says of itself, for finding its delivery again. `undefined` where the body does not tell. */
export interface StoredEvent {
  readonly event_type: string | undefined;
  readonly dialect: Dialect | undefined;
  /** `data.scan_id`. */
  readonly scan_id: string | undefined;
  /** `data.target`. */
  readonly target: string | undefined;
}

/** An authenticated delivery, in a form that can be stored. */
export interface StoredDelivery extends StoredEvent {
  /**
   * 32 hex digits, the same for a retry or a replay. A notification without a time has an id of its own each time it
   * arrives, because its sender never retries.
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
  readonly code?: RefusalCode | undefined;
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
   * Of a `received` delivery: whether another process runs its handlers at this moment. The receiver then answers 503
   * `in_progress` and runs none. Report it only of a process that is known to be alive: the retry of a delivery whose
   * process has died comes after one second, and must be handled.
   * @default false
   */
  readonly running?: boolean | undefined;
}

/** A delivery that was refused before it was authenticated: anybody can have sent it. */
export interface UnauthenticatedRefusal {
  readonly code: RefusalCode;
  readonly endpoint: string;
  readonly receivedAt: Date;
  readonly ip: string | undefined;
}

/** Records deliveries, by `endpoint` and `id`. */
export interface DeliveryLog {
  /**
   * Records where a delivery stands, and resolves once that is durable; a rejection makes the receiver answer 503, so
   * that the sender tries again.
   *
   * What is `processed`, or waits in a queue, stays so, and what has been attempted is not made `rejected` or `ignored`: a
   * retry that is refused as stale must not unsettle it. A
   * `received` entry of a delivery that is known changes its state alone, not its attempts.
   * @returns what was known of the delivery before. With it duplicates are told across restarts; a log that answers
   *   `undefined` always is told by the receiver's own memory, for as long as that reaches.
   */
  record(entry: LogEntry): Promise<LoggedDelivery | undefined>;
  /** Counts a delivery that was not authenticated. Must not wait for a disk: anybody can send these. */
  refused?(refusal: UnauthenticatedRefusal): void;
  /** Works off what is replayed out of the log, with the handlers of the receiver at this endpoint. */
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
  /** Seconds that a handler asked to wait, by an error's `retryAfter`: at most a day. */
  readonly retryAfter?: number | undefined;
  /** Of a failed attempt: what {@link AttemptOptions.retryAt} returned. */
  readonly nextAttempt?: Date | undefined;
  /** Of a rejected delivery. */
  readonly code?: RefusalCode | undefined;
  readonly issues?: readonly EventIssue[] | undefined;
  /** What the event says of itself, which an older version may not have understood. */
  readonly event?: StoredEvent | undefined;
  /** What failed, as it was thrown: for the report of a dead letter, not to be stored. */
  readonly cause?: unknown;
}

/** What a store knows of an attempt. */
export interface AttemptOptions {
  /**
   * When the next attempt is due if this one fails, or `undefined` if this one is the last. Called at most once, when it
   * has failed, so that the receiver can log it; the result has it as `nextAttempt`.
   * @param retryAfter seconds that a handler asked to wait
   */
  readonly retryAt?: (retryAfter: number | undefined) => Date | undefined;
}

/** Does one attempt. Never rejects. */
export type ProcessWork = (work: QueuedWork, options?: AttemptOptions) => Promise<QueuedResult>;

/** A delivery that a queue does not attempt again. */
export interface DeadLetter {
  /** The delivery's id: `context.id` in a handler. */
  readonly id: string;
  readonly endpoint: string;
  /** The event's type; `undefined` if it was never parsed. */
  readonly eventType: string | undefined;
  /** `data.scan_id` of the event. */
  readonly scanId: string | undefined;
  /** `data.target` of the event. */
  readonly target: string | undefined;
  readonly receivedAt: Date;
  /** The client's address; `undefined` if it is not known. */
  readonly ip: string | undefined;
  /** How many attempts there were. */
  readonly attempts: number;
  /**
   * `failed`: handlers failed too often. `lost`: the process ended or stalled during an attempt, too often. `rejected`: the
   * body can no longer be parsed, or no longer fits its schema; no handler ran.
   */
  readonly reason: 'failed' | 'lost' | 'rejected';
  /** The handlers that have run, over all attempts. */
  readonly handlers: readonly DeadLetterHandler[];
  /**
   * What failed last: an `EventHandlingError` if this process ran the last attempt, otherwise an `Error` with the recorded
   * message.
   */
  readonly error: unknown;
  /** Of a rejected delivery. */
  readonly code?: RefusalCode | undefined;
  /** Of a rejected delivery: why it does not fit its schema. */
  readonly issues?: readonly EventIssue[] | undefined;
}

/** How one handler has fared with a dead letter. */
export interface DeadLetterHandler {
  /** The name it was registered under. */
  readonly name: string;
  readonly succeeded: boolean;
  /** What it threw the last time, in a line. */
  readonly error: string | undefined;
}

/**
 * Reports a delivery that a store has settled as a dead letter, or as rejected. Never throws.
 * @returns whether the receiver has logged it; if not, a store with a logger of its own logs it
 */
export type ReportDeadLetter = (letter: DeadLetter) => boolean;

/** What works off the deliveries of one endpoint. */
export interface Workers {
  /** Stops claiming, waits for what runs, within the store's own limit, and releases the rest. */
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
   * Resolves only once the delivery is durable. A rejection makes the receiver answer 503. One that was given up is not a
   * duplicate: when it is sent again, it is tried again.
   */
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
  /**
   * For a queue that runs handlers in this process and loses deliveries with it. On a platform that freezes the process
   * after the answer, the receiver hands the promise to `waitUntil`.
   * @returns a promise that resolves when an accepted delivery has been processed, rejected or given up, and never
   *   rejects; `undefined` if the queue does not hold the delivery
   */
  settled?(delivery: StoredDelivery): Promise<void> | undefined;
  /**
   * Starts the workers of an endpoint: claim, run, settle, retry.
   * @param onDeadLetter to be called once for each delivery that is not attempted again, when that is durable
   * @throws ConfigurationError, at once, if the endpoint has workers in this process already
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
