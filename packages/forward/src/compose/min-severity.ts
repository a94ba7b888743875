import { type Severity, type SeverityMap, severities } from '@spiderfoot-webhooks/core/events';
import { readSeverities, readSeverity, severityOf } from '../events/severity.ts';
import type { AnyEvent, Forwarder, Handler } from '../forwarder.ts';
import { when } from './when.ts';

export interface SeverityOptions {
  /**
   * Your own severities by event type, which replace the kit's. If an event states its severity, that severity takes
   * precedence.
   */
  readonly severities?: SeverityMap;
}

/**
 * Forward only events that are at least as severe as `least`. Other events count as handled. If an event does not state
 * its severity, it has the severity of its type.
 * @throws ConfigurationError that names the option whose value is not a severity
 * @example
 * const severities = { 'asset.discovered': 'HIGH' } as const;
 * receiver.onAny(minSeverity('HIGH', slack({ url }), { severities }), { name: 'slack' });
 */
export function minSeverity<Event extends AnyEvent = AnyEvent>(
  least: Severity,
  handler: Handler<NoInfer<Event>>,
  options: SeverityOptions = {},
): Forwarder<Event> {
  const rank = severities.indexOf(readSeverity('severity', least));
  const map = readSeverities('severities', options.severities);
  return when<Event>((event) => severities.indexOf(severityOf(event, map)) >= rank, handler);
}
