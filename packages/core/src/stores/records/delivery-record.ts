import type { Dialect, EventIssue } from '../../events/wire.ts';
import type { RejectionCode } from '../../outcome/rejections.ts';
import type { StoredState } from '../delivery-states.ts';
import type { HandlerRecord } from './handler-record.ts';

/** The event type of a record whose body does not contain one. */
export const unknownEventType = 'unknown';

/**
 * A stored delivery. A delivery that another program has written, such as the guide's Python logger, has no `id` and no
 * `endpoint`. Fields that cannot be read are empty.
 */
export interface DeliveryRecord {
  /** The delivery's key in this store: text without a dot. SQLite prints its row number. */
  readonly key: string;
  /** The delivery's id: `context.id` in a handler. */
  readonly id: string | undefined;
  readonly endpoint: string | undefined;
  readonly receivedAt: Date;
  /**
   * The time by which the store orders its deliveries, if this is not `receivedAt`. In Redis, it is the time at which the
   * delivery was settled.
   */
  readonly listedAt?: Date;
  /** The client's address. `undefined` if it is unknown. */
  readonly ip: string | undefined;
  /** The event's type. `unknown` if the body does not contain one. */
  readonly eventType: string;
  readonly dialect: Dialect | undefined;
  /** `data.scan_id`. */
  readonly scanId: string | undefined;
  /** `data.target`. */
  readonly target: string | undefined;
  readonly state: StoredState;
  /** The number of attempts. */
  readonly attempts: number;
  /** The number of queued attempts that failed, or whose process ended. It is limited by `maxAttempts`. */
  readonly failures: number;
  /** Set for a queued delivery: the earliest time of its next attempt. It is in the past if the delivery is due. */
  readonly nextAttempt: Date | undefined;
  /** The results of each handler that has run. */
  readonly handlers: readonly HandlerRecord[];
  /** The message of the last error, in one line. */
  readonly error: string | undefined;
  /** Set for a rejected delivery. */
  readonly code: RejectionCode | undefined;
  /** The reasons why a rejected delivery does not match its schema. */
  readonly issues: readonly EventIssue[];
}

/** A stored delivery with its body. */
export interface DeliveryWithBody extends DeliveryRecord {
  /** The body as received and signed. */
  readonly body: Uint8Array;
}
