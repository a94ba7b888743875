import type { WaitUntil } from '../adapter/delivery.ts';
import { memberOf } from '../data/member-of.ts';
import { type EventHandlingError, messageOf } from '../errors.ts';
import type { Wire } from '../events/wire.ts';
import type { SafeTrace } from '../reporting/safe-trace.ts';
import type { StoredDelivery, StoredEvent, StoredFailure } from '../stores/stored-delivery.ts';

/** A delivery that has been verified and parsed. */
export interface VerifiedDelivery {
  readonly id: string;
  readonly event: { readonly event_type: string; readonly data?: unknown };
  readonly wire: Wire;
  readonly body: Uint8Array;
  readonly ip: string | undefined;
  readonly receivedAt: Date;
  /** The trace whose context is stored with the delivery. It is read only if the delivery is stored. */
  readonly trace?: Pick<SafeTrace, 'stored'> | undefined;
  /** {@link Delivery.waitUntil}, for work that continues after the response. */
  readonly waitUntil?: WaitUntil | undefined;
}

/** Convert a verified delivery into the form that is stored. */
export function toStored(
  { id, event, wire, body, ip, receivedAt, trace }: VerifiedDelivery,
  endpoint: string,
): StoredDelivery {
  return { id, endpoint, receivedAt, ip, ...toStoredEvent(event, wire), body, traceContext: trace?.stored };
}

/** Return the values of an event by which its delivery can be found in a store. */
export function toStoredEvent(
  { event_type, data }: VerifiedDelivery['event'],
  { dialect }: Wire,
): StoredEvent {
  return { eventType: event_type, dialect, scanId: textAt(data, 'scan_id'), target: textAt(data, 'target') };
}

function textAt(data: unknown, key: 'scan_id' | 'target'): string | undefined {
  const value = memberOf(data, key);
  return typeof value === 'string' ? value : undefined;
}

export function toStoredFailures({ failures }: EventHandlingError): readonly StoredFailure[] {
  return failures.map(({ handler, error }) => ({ handler, error: messageOf(error) }));
}
