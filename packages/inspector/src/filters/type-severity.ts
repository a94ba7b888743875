import { type Severity, severityOf } from '@spiderfoot-webhooks/core/events';

/**
 * Return the severity of events of a type, which the filter and the chart use. An event can state another severity in its
 * body, which no store can search.
 */
export function typeSeverity(eventType: string): Severity {
  return severityOf({ event_type: eventType, timestamp: '', source: '', data: {}, metadata: {} });
}
