import type { EventIssue, Wire } from '../events/wire.ts';
import type { RejectionCode } from './rejections.ts';

interface Decided {
  /** `true` if the receiver was closing. The answer is then the last one on its connection. */
  readonly closing?: true;
}

/** The outcome of a rejected delivery. `status` and `code` are always set, the other members only if they apply. */
export interface Rejected extends Decided {
  readonly status: 'rejected';
  readonly code: RejectionCode;
  /** The delivery's id; only authenticated deliveries have one. */
  readonly id?: string;
  /** Of an authenticated event that does not fit its schema. */
  readonly eventType?: string;
  /** Why it does not fit. */
  readonly issues?: readonly EventIssue[];
  /**
   * The likely cause and what to do, if it is more specific than the hint of the code. It is logged instead of that
   * hint, and never sent to the client.
   */
  readonly hint?: string;
  /** Seconds after which another try makes sense. */
  readonly retryAfter?: number;
  /** What failed inside: an `EventHandlingError`, or the store's own error. Never sent to the client. */
  readonly error?: unknown;
}

export function rejectWith(code: RejectionCode): Rejected {
  return { status: 'rejected', code };
}

/** What the receiver decided about a delivery. */
export type Outcome<Event extends { readonly event_type: string } = { readonly event_type: string }> =
  /** Verified, and every handler succeeded. */
  | Taken<'processed', Event>
  /** Verified and stored in the queue; its handlers run later. */
  | Taken<'accepted', Event>
  /** The same bytes were handled, or accepted, before. No handler ran. */
  | Taken<'duplicate', Event>
  /** Verified, but this endpoint does not take events of this type. */
  | Taken<'ignored', Event>
  | Rejected;

interface Taken<Status extends string, Event> extends Decided {
  readonly status: Status;
  readonly id: string;
  readonly event: Event;
  readonly wire: Wire;
}
