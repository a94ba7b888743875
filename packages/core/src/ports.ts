/**
 * What a store or a limiter has to be for the receiver to use it.
 *
 * - log: the durable record of authenticated deliveries
 * - queue: where accepted deliveries wait, durably, until their handlers have succeeded
 */
import type { Dialect, EventIssue } from './events/wire.ts';
import type { RefusalCode } from './outcome.ts';

/** An authenticated delivery, in a form that can be stored. */
export interface StoredDelivery {
  /** 32 hex digits: the same for a retry or a replay of the same bytes. */
  readonly id: string;
  /** The `endpoint` option of the receiver that took it. */
  readonly endpoint: string;
  readonly receivedAt: Date;
  /** The client's address; `undefined` where it is not known. */
  readonly ip: string | undefined;
  /** The event's type; `undefined` where the body could not be parsed. */
  readonly event_type: string | undefined;
  readonly dialect: Dialect | undefined;
  /** The body as received and signed. */
  readonly body: Uint8Array;
}

/** Where a delivery stands. `received` is written before the first handler runs. */
export type DeliveryState = 'received' | 'processed' | 'failed' | 'ignored' | 'rejected';

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
}

/** What a log knows of a delivery that it has seen before. */
export type LoggedDelivery = Pick<LogEntry, 'state' | 'attempt' | 'succeeded'>;

/**
 * Records deliveries. An entry replaces the one of the same `endpoint` and `id`, but what is `processed` stays so: a
 * replay that is refused as stale must not unsettle it.
 */
export interface DeliveryLog {
  /** Resolves once the entry is durable. A rejection makes the receiver answer 503, so that the sender tries again. */
  record(entry: LogEntry): Promise<void>;
  /**
   * What is known of a delivery. With it duplicates are told across restarts; without it for as long as the
   * receiver's own memory reaches.
   */
  recall?(endpoint: string, id: string): Promise<LoggedDelivery | undefined>;
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
  readonly status: 'processed' | 'failed';
  /** The handlers that have succeeded by now, earlier attempts included. */
  readonly succeeded: readonly string[];
  /** What failed. */
  readonly error?: unknown;
}

/** Keeps accepted deliveries until their handlers have succeeded. At least once, not exactly once. */
export interface DeliveryQueue {
  /** Resolves only once the delivery is durable. A rejection makes the receiver answer 503. */
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
  /** Starts the workers: claim, run, settle, retry. `process` never rejects. Called once. */
  start(process: (work: QueuedWork) => Promise<QueuedResult>): void;
  /** Stops claiming, waits for what runs, releases. */
  close(): Promise<void>;
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
