import type { EventContext } from '@spiderfoot-webhooks/core';
import {
  type AnyEvent,
  checkHandler,
  closeAll,
  type Forwarder,
  type Handler,
  toForwarder,
} from './forwarder.ts';
import {
  readSeverities,
  readSeverity,
  type Severity,
  type SeverityMap,
  severities,
  severityOf,
} from './severity.ts';

/**
 * Hands on the events that a predicate lets through; the others count as handled.
 * @param predicate what it throws fails the handler
 * @example
 * receiver.on('scan_completed', when(({ data }) => (data.high_risk_events ?? 0) > 0, slack({ url })), { name: 'slack' });
 */
export function when<Event extends AnyEvent = AnyEvent>(
  predicate: (event: NoInfer<Event>, context: EventContext) => boolean,
  handler: Handler<NoInfer<Event>>,
): Forwarder<Event> {
  checkHandler('predicate', predicate);
  checkHandler('handler', handler);
  return toForwarder(
    async (event: Event, context) => {
      if (predicate(event, context)) await handler(event, context);
    },
    () => closeAll([handler]),
  );
}

export interface SeverityOptions {
  /** Severities by event type, in addition to the kit's, and in their place. */
  readonly severities?: SeverityMap;
}

/**
 * Hands on the events that are at least so severe; the others count as handled. By their type: `high_risk_event` and
 * `alert.high` are `HIGH`, `medium_risk_event` and `scan_failed` are `MEDIUM`; the dotted types that say their `severity` in
 * their data go by that. **All others are `LOW`, `malware_detected` and `vulnerability_found` among them**, as in the guide:
 * give theirs by `severities`.
 * @throws ConfigurationError for what is no severity
 * @example
 * const severities = { malware_detected: 'CRITICAL', vulnerability_found: 'HIGH' } as const;
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
