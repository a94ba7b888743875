/**
 * Forward SpiderFoot's events to other systems. A forwarder is a handler with a timeout, retries and a circuit breaker.
 *
 * Each target has its own entry: `forward/slack`, `forward/discord`, `forward/teams`, `forward/siem`, `forward/email` and
 * `forward/webhook`. This entry exports the functions that combine handlers: {@link when}, {@link minSeverity},
 * {@link throttle} and {@link fallback}. To write a forwarder for another target, use {@link createTransport}.
 * @packageDocumentation
 */
export type { Severity, SeverityMap } from '@spiderfoot-webhooks/core/events';
export type { ForwarderObservation, ForwarderObserver } from './attempts/observation.ts';
export type { BreakerOptions, PolicyOptions } from './attempts/policy-options.ts';
export type { ForwarderAttempt, ForwarderResult, ForwarderTracer } from './attempts/trace-attempt.ts';
export { fallback } from './compose/fallback.ts';
export { minSeverity, type SeverityOptions } from './compose/min-severity.ts';
export { type ThrottleOptions, throttle } from './compose/throttle.ts';
export { when } from './compose/when.ts';
export type { ForwardErrorCode } from './errors/failure.ts';
export { FallbackError } from './errors/fallback-error.ts';
export { ForwardError } from './errors/forward-error.ts';
export type { EventGroup } from './events/event-group.ts';
export { type Level, type Message, type MessageField, messageOf } from './events/message.ts';
export { severityOf } from './events/severity.ts';
export type { AnyEvent, Forwarder, Handler } from './forwarder.ts';
export {
  createTransport,
  type OutboundAnswer,
  type OutboundRequest,
  type Transport,
} from './http/transport.ts';
export type { TransportOptions } from './http/transport-options.ts';
export type { TlsOptions } from './tls-options.ts';
