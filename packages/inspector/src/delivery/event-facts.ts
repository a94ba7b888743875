import { parseEvent } from '@spiderfoot-webhooks/core';
import { type Severity, severityOf } from '@spiderfoot-webhooks/core/events';
import { typeSeverity } from '../filters/type-severity.ts';

/** The facts of an event that only its body contains. */
export interface EventFacts {
  readonly severity: Severity;
  /** The type as the sender wrote it. `undefined` if the body cannot be parsed. */
  readonly sentType: string | undefined;
  /** The time of the event, as ISO 8601. */
  readonly timestamp: string | undefined;
  readonly source: string | undefined;
  /** The number of Python's `NaN` and `Infinity` values. */
  readonly nonFinite: number;
}

/** Read the facts of a body. */
export function readEventFacts(body: Uint8Array, eventType: string): EventFacts {
  const parsed = parseEvent(body);
  if (parsed.status === 'rejected') {
    const severity = typeSeverity(eventType);
    return { severity, sentType: undefined, timestamp: undefined, source: undefined, nonFinite: 0 };
  }
  const { event, wire } = parsed;
  return {
    ...{ severity: severityOf(event), sentType: wire.eventType, nonFinite: wire.nonFinite },
    ...{ timestamp: event.timestamp, source: event.source },
  };
}
