/**
 * Receive, verify and route SpiderFoot's webhooks.
 *
 * A delivery is one HTTP request that carries one event. {@link createReceiver} creates a receiver, which passes each event
 * to your handlers. The result of a delivery is an {@link Outcome}: processed, accepted, duplicate, ignored, or rejected
 * with a code.
 *
 * This entry exports everything that an application needs. To write an adapter, a store or a forwarder, import the
 * interfaces from `core/adapter`, `core/stores` or `core/events`.
 * @packageDocumentation
 */
export type { RateLimiter } from './checks/rate-limiter.ts';
export {
  ConfigurationError,
  EventHandlingError,
  HandlerTimeoutError,
  RetryLaterError,
} from './errors.ts';
export { type ParsedEvent, parseEvent } from './events/envelope.ts';
export { anyEventSchema, type DataSchemas, eventSchemas } from './events/schemas.ts';
export type { EventOf, KnownEventType, WebhookEvent } from './events/types.ts';
export type { EventContext } from './handlers/event-context.ts';
export type { HandlerOptions } from './options/handler-options.ts';
export type { ReceiverOptions } from './options/receiver-options.ts';
export type { Outcome } from './outcome/outcome.ts';
export { type RejectionCode, rejections } from './outcome/rejections.ts';
export { createReceiver } from './receiver/create-receiver.ts';
export type { EventHandler, Receiver } from './receiver/receiver.ts';
export type {
  DeliveryTrace,
  DeliveryTracer,
  HandlerTrace,
  TraceDetails,
  TraceSpan,
  TraceStart,
} from './reporting/delivery-tracer.ts';
export type { HandlerRunDetails } from './reporting/handler-run.ts';
export type { Logger } from './reporting/logger.ts';
export type { ErrorDetails, OutcomeDetails } from './reporting/observers.ts';
export type { Secret } from './signature/secret.ts';
export { sign, verify } from './signature/signature.ts';
export type { DeadLetter } from './stores/rules/dead-letter.ts';
