import type { Dialect } from '../events/wire.ts';

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
  /** The `endpoint` option of the receiver. */
  readonly endpoint: string;
  readonly receivedAt: Date;
  /** The client's address. `undefined` if it is unknown. */
  readonly ip: string | undefined;
  /**
   * The context of the trace to which the request belongs, for the attempts: at most 1,000 printable ASCII characters.
   * `undefined` if it was not traced.
   */
  readonly traceContext?: string | undefined;
  /** The body as received and signed. */
  readonly body: Uint8Array;
}

/** One run of a handler. */
export interface StoredRun {
  /** The handler's name. */
  readonly handler: string;
  readonly startedAt: Date;
  /** Milliseconds. */
  readonly duration: number;
}

/** A handler's last failure with a delivery. */
export interface StoredFailure {
  /** The handler's name. */
  readonly handler: string;
  /** The message of the error, in one line. */
  readonly error: string;
}
