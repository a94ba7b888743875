/**
 * Receives, verifies and routes SpiderFoot's webhooks.
 *
 * A delivery is one HTTP request that carries one event. The receiver turns it into an outcome: processed,
 * accepted, duplicate, ignored, or rejected with a code. On the way it hands the event to the handlers.
 */
export type { EventContext } from './context.ts';
export type { BodyRead, Delivery } from './delivery.ts';
export {
  ConfigurationError,
  EventHandlingError,
  type HandlerFailure,
  HandlerTimeoutError,
} from './errors.ts';
export {
  anyEventSchema,
  type Category,
  type DataSchemas,
  type EventAlias,
  type EventEnvelope,
  type EventMetadata,
  type EventOf,
  type EventSelector,
  type EventsByType,
  eventSchemas,
  type KnownEventType,
  type UnknownEvent,
  type UnknownEventType,
  type WebhookEvent,
} from './events/catalogue.ts';
export { type Dialect, type EventIssue, type ParsedEvent, parseEvent, type Wire } from './events/envelope.ts';
export { type MemoryLog, memoryLog } from './memory/log.ts';
export { type MemoryQueueOptions, memoryQueue } from './memory/queue.ts';
export type { ErrorDetails, ErrorListener, OutcomeDetails, OutcomeListener, Timings } from './observers.ts';
export type { EventFilter, ReceiverOptions } from './options.ts';
export { type Answer, type Outcome, type RefusalCode, type Rejected, refusals, toAnswer } from './outcome.ts';
export { createPass, type PassedEvent } from './pass.ts';
export type {
  DeliveryLog,
  DeliveryQueue,
  DeliveryState,
  LogEntry,
  LoggedDelivery,
  Logger,
  QueuedResult,
  QueuedWork,
  RateLimiter,
  StoredDelivery,
} from './ports.ts';
export { createReceiver, type EventHandler, type Receiver } from './receiver.ts';
export type { HandlerOptions } from './router.ts';
export { type Secret, sign, verify } from './signature.ts';
