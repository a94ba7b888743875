/**
 * Forwards SpiderFoot's events, with handlers that survive failing targets. The targets are subpaths:
 * `./slack`, `./discord`, `./teams`, `./siem`, `./email`, `./webhook`. This entry exports the functions that compose
 * forwarders, and the transport that they share.
 */
export type { Severity, SeverityMap } from '@spiderfoot-webhooks/core/events';
export type { BreakerOptions, PolicyOptions } from './attempts/policy-options.ts';
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
