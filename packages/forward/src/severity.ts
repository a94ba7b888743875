import {
  ConfigurationError,
  type Severity,
  type SeverityMap,
  severities,
  severityOf as severityOfEvent,
} from '@spiderfoot-webhooks/core';
import type { AnyEvent } from './forwarder.ts';
import { isGroup } from './group.ts';

/**
 * Return how severe an event is: as core's `severityOf` does, and for a group of {@link throttle} as severe as the most severe
 * of its events.
 * @param map your own severities, by event type, in place of the kit's
 */
export function severityOf(event: AnyEvent, map: SeverityMap = {}): Severity {
  if (!isGroup(event)) return severityOfEvent(event, map);
  const found = new Set(event.data.events.map((member) => severityOf(member, map)));
  return severities.findLast((severity) => found.has(severity)) ?? 'LOW';
}

/** @throws ConfigurationError that names the entry, if its value is not a severity */
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
