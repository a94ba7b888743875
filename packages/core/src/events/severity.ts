import { isObject } from '../data/json.ts';
import { definitions } from './definitions/index.ts';
import type { Severity, SeverityMap } from './severity-levels.ts';
import type { EventEnvelope } from './types.ts';

/**
 * Return how severe an event is. The first of these decides:
 *
 * 1. the severity that the event states: `severity`, `severity_level`, `risk`, `risk_level` or `level` in its data, or
 *    `severity` in its envelope, in uppercase or lowercase and in the usual spellings (`crit`, `Moderate`,
 *    `Severity.HIGH`). Numbers are ignored, because a 7 means different things on different scales;
 * 2. `map`;
 * 3. for a completed scan, its findings: `HIGH` or `MEDIUM` if the scan counted events of that risk;
 * 4. the kit's table, or `LOW` if the type is not in the table.
 * @param map your own severities, by event type
 * @example
 * receiver.onAny(async (event) => {
 *   if (severityOf(event) === 'CRITICAL') await page(event);
 * });
 */
export function severityOf(event: EventEnvelope<string, unknown>, map: SeverityMap = {}): Severity {
  const data = isObject(event.data) ? event.data : {};
  return (
    statedIn(data) ??
    severityNamed(event.severity) ??
    rowOf(map, event.event_type) ??
    severityByFindings(event.event_type, data) ??
    severityOfType(event.event_type) ??
    'LOW'
  );
}

type Data = Readonly<Record<string, unknown>>;

/** The fields that state a severity, the most specific first. */
const statingFields = ['severity', 'severity_level', 'risk', 'risk_level', 'level'];

function statedIn(data: Data): Severity | undefined {
  for (const field of statingFields) {
    const severity = Object.hasOwn(data, field) ? severityNamed(data[field]) : undefined;
    if (severity !== undefined) return severity;
  }
  return undefined;
}

/** The words for each severity that SpiderFoot, syslog and common scanners use. */
const spellings: ReadonlyMap<string, Severity> = new Map([
  ...['critical', 'crit', 'fatal', 'emergency', 'emerg', 'alert', 'very high'].map(rowFor('CRITICAL')),
  ...['high', 'major', 'severe', 'important', 'error', 'err'].map(rowFor('HIGH')),
  ...['medium', 'med', 'moderate', 'warning', 'warn'].map(rowFor('MEDIUM')),
  ...['low', 'minor', 'notice'].map(rowFor('LOW')),
  ...['info', 'informational', 'information', 'none', 'debug'].map(rowFor('INFO')),
]);

function rowFor(severity: Severity): (word: string) => readonly [string, Severity] {
  return (word) => [word, severity];
}

/** Longer text cannot be a severity, so it is not parsed. */
const longestWord = 40;

function severityNamed(value: unknown): Severity | undefined {
  if (typeof value !== 'string' || value.length > longestWord) return undefined;
  const words = value.toLowerCase().split(/[\s_-]+/);
  const name = words.filter((word) => !['', 'risk', 'severity'].includes(word)).join(' ');
  // Python formats an Enum member as `Severity.HIGH`.
  return spellings.get(name.slice(name.lastIndexOf('.') + 1));
}

function severityByFindings(type: string, data: Data): Severity | undefined {
  if (type !== 'scan_completed' && type !== 'multi_scan_completed') return undefined;
  if (isPositive(data.high_risk_events)) return 'HIGH';
  return isPositive(data.medium_risk_events) ? 'MEDIUM' : undefined;
}

/** `multi_scan_completed` has no schema for its counts, so they can be text or an object whose `valueOf` throws. */
function isPositive(count: unknown): boolean {
  return (typeof count === 'number' || typeof count === 'string') && Number(count) > 0;
}

/** A type can be called `constructor`, so only own properties count. */
function rowOf(map: SeverityMap, type: string): Severity | undefined {
  return Object.hasOwn(map, type) ? map[type] : undefined;
}

function severityOfType(type: string): Severity | undefined {
  const known: Readonly<Record<string, { readonly severity: Severity }>> = definitions;
  return Object.hasOwn(known, type) ? known[type]?.severity : undefined;
}
