import { type Severity, severityOf } from '@spiderfoot-webhooks/core/events';

/**
 * Return the severity of events of a type. An event can state another severity in its body, which a list does not read.
 */
export function typeSeverity(eventType: string): Severity {
  return severityOf({ event_type: eventType, timestamp: '', source: '', data: {}, metadata: {} });
}
