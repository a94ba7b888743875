/**
 * Sends SpiderFoot's events on, as handlers that survive what outbound calls meet. The targets are subpaths:
 * `./slack`, `./discord`, `./teams`, `./siem`, `./email`, `./webhook`. This entry exports the functions that compose
 * forwarders, and the transport that they share.
 */
export type { Severity, SeverityMap } from '@spiderfoot-webhooks/core/events';
export { FallbackError, ForwardError, type ForwardErrorCode } from './errors.ts';
export type { Level } from './event-layouts.ts';
export { fallback } from './fallback.ts';
export type { AnyEvent, Forwarder, Handler } from './forwarder.ts';
export type { EventGroup } from './group.ts';
export { type Message, type MessageField, messageOf } from './messages.ts';
export type { BreakerOptions, PolicyOptions } from './policy-options.ts';
export { severityOf } from './severity.ts';
export { type ThrottleOptions, throttle } from './throttle.ts';
export { createTransport, type OutboundAnswer, type OutboundRequest, type Transport } from './transport.ts';
export type { TlsOptions, TransportOptions } from './transport-options.ts';
export { minSeverity, type SeverityOptions, when } from './when.ts';
