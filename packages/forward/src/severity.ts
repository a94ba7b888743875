import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { AnyEvent } from './forwarder.ts';
import { isGroup } from './group.ts';

/** From the least to the most severe. The guide knows `LOW`, `MEDIUM` and `HIGH`; SpiderFoot's alerts bring the rest. */
export const severities = ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof severities)[number];

/** Severities by event type, in addition to the kit's, and in their place. */
export type SeverityMap = Readonly<Record<string, Severity>>;

/** The guide's map, and the shipped types that say their severity by their name. */
const known: ReadonlyMap<string, Severity> = new Map([
  ['high_risk_event', 'HIGH'],
  ['medium_risk_event', 'MEDIUM'],
  ['scan_failed', 'MEDIUM'],
  ['alert.critical', 'CRITICAL'],
  ['alert.high', 'HIGH'],
  ['alert.medium', 'MEDIUM'],
  ['alert.low', 'LOW'],
  ['alert.info', 'INFO'],
  ['finding.critical', 'CRITICAL'],
]);

/**
 * How severe an event is, by its type; `LOW` where nothing says otherwise, as in the guide. A group is as severe as the most
 * severe of its events.
 * @see the guide, "SIEM Integration"
 */
export function severityOf(event: AnyEvent, map: SeverityMap = {}): Severity {
  if (isGroup(event)) return worstOf(event.data.events.map((member) => severityOf(member, map)));
  const { event_type: type } = event;
  return (Object.hasOwn(map, type) ? map[type] : known.get(type)) ?? 'LOW';
}

function worstOf(given: readonly Severity[]): Severity {
  return severities.findLast((severity) => given.includes(severity)) ?? 'LOW';
}

/** @throws ConfigurationError for what is no severity */
export function readSeverities(option: string, map: SeverityMap = {}): SeverityMap {
  for (const [type, severity] of Object.entries(map)) readSeverity(`${option}.${type}`, severity);
  return map;
}

/** @throws ConfigurationError */
export function readSeverity(option: string, value: unknown): Severity {
  const severity = severities.find((known) => known === value);
  if (severity !== undefined) return severity;
  throw new ConfigurationError(option, `is no severity. Known: ${severities.join(', ')}.`);
}
