import { ConfigurationError } from '@spiderfoot-webhooks/core';
import {
  type Severity,
  type SeverityMap,
  severities,
  severityOf as severityOfEvent,
} from '@spiderfoot-webhooks/core/events';
import type { AnyEvent } from '../forwarder.ts';
import { isGroup } from './event-group.ts';

/**
 * Return the severity of an event like core's `severityOf`. A group of {@link throttle} has the severity of its most
 * severe event.
 * @param map your own severities by event type, which replace the kit's
 */
export function severityOf(event: AnyEvent, map: SeverityMap = {}): Severity {
  if (!isGroup(event)) return severityOfEvent(event, map);
  const found = new Set(event.data.events.map((member) => severityOf(member, map)));
  return severities.findLast((severity) => found.has(severity)) ?? 'LOW';
}

/** @throws ConfigurationError that names the entry whose value is not a severity */
export function readSeverities(option: string, map: SeverityMap = {}): SeverityMap {
  for (const [type, severity] of Object.entries(map)) readSeverity(`${option}.${type}`, severity);
  return map;
}

/** @throws ConfigurationError */
export function readSeverity(option: string, value: unknown): Severity {
  const severity = severities.find((known) => known === value);
  if (severity !== undefined) return severity;
  throw new ConfigurationError(option, `must be one of ${severities.join(', ')}.`);
}
