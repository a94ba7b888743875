import type { EventIssue, Wire } from '../events/wire.ts';
import type { RejectionCode } from './rejections.ts';

interface OutcomeBase {
  /** `true` if the receiver is closing. The connection then closes after the response. */
  readonly closing?: true;
}

/** The outcome of a rejected delivery. `status` and `code` are always set. The other members are set if they apply. */
export interface Rejected extends OutcomeBase {
  readonly status: 'rejected';
  readonly code: RejectionCode;
  /** The delivery's id. Set only for an authenticated delivery. */
  readonly id?: string;
  /** The event's type. Set for an authenticated event that does not match its schema. */
  readonly eventType?: string;
  /** The reasons why the event does not match its schema. */
  readonly issues?: readonly EventIssue[];
  /**
   * The likely cause and its fix, if it is more specific than the hint of the code. It is logged instead of that hint,
   * and never sent to the client.
   */
  readonly hint?: string;
  /** The number of seconds after which the sender should retry. */
  readonly retryAfter?: number;
  /** The cause: an `EventHandlingError`, or the error of a store. It is never sent to the client. */
  readonly error?: unknown;
}

export function rejectWith(code: RejectionCode): Rejected {
  return { status: 'rejected', code };
}

/** The result of receiving a delivery. */
export type Outcome<Event extends { readonly event_type: string } = { readonly event_type: string }> =
  /** Verified, and every handler succeeded. */
  | Verified<'processed', Event>
  /** Verified and stored in the queue. Its handlers run later. */
  | Verified<'accepted', Event>
  /** The same bytes were processed or accepted before. No handler ran. */
  | Verified<'duplicate', Event>
  /** Verified, but this endpoint does not accept events of this type. */
  | Verified<'ignored', Event>
  | Rejected;

interface Verified<Status extends string, Event> extends OutcomeBase {
  readonly status: Status;
  /** The delivery's id: `context.id` in a handler. */
  readonly id: string;
  readonly event: Event;
  /** The form in which the event was sent. */
  readonly wire: Wire;
}
