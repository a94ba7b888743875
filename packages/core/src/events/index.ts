/**
 * The event types, their categories and severities, for forwarders and for tools that show events.
 * @packageDocumentation
 */
export { selectTypes, type TypeSelection, typeSelectors } from './selection.ts';
export { severityOf } from './severity.ts';
export { type Severity, type SeverityMap, severities } from './severity-levels.ts';
export type {
  Category,
  EventAlias,
  EventEnvelope,
  EventMetadata,
  EventSelector,
  EventsByType,
  UnknownEvent,
  UnknownEventType,
} from './types.ts';
export type { Dialect, EventIssue, Wire } from './wire.ts';
