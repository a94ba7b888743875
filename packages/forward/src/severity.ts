import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { AnyEvent } from './forwarder.ts';
import { isGroup } from './group.ts';
import { isData } from './tellings.ts';

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
 * How severe an event is: by your map, by its type, and of the dotted types, which the guide does not know, by the `severity`
 * in their data. `LOW` where nothing says otherwise: **as in the guide, that goes for `malware_detected` and
 * `vulnerability_found` too**. A group is as severe as the most severe of its events.
 * @see the guide, "SIEM Integration"
 */
export function severityOf(event: AnyEvent, map: SeverityMap = {}): Severity {
  if (isGroup(event)) return worstOf(event.data.events.map((member) => severityOf(member, map)));
  const { event_type: type, data } = event;
  const named = Object.hasOwn(map, type) ? map[type] : known.get(type);
  return named ?? (type.includes('.') ? saidBy(data) : undefined) ?? 'LOW';
}

function saidBy(data: unknown): Severity | undefined {
  if (!isData(data) || typeof data.severity !== 'string') return undefined;
  const word = data.severity.toUpperCase();
  return severities.find((severity) => severity === word);
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
