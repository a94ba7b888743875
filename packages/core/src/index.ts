/**
 * Receives, verifies and routes SpiderFoot's webhooks.
 *
 * A delivery is one HTTP request that carries one event. The receiver turns it into an outcome: processed,
 * accepted, duplicate, ignored, or rejected with a code. On the way it hands the event to the handlers.
 */
export type { EventContext } from './context.ts';
export type { BodyRead, Delivery, WaitUntil } from './delivery.ts';
export {
  ConfigurationError,
  EventHandlingError,
  type HandlerFailure,
  HandlerTimeoutError,
  RetryLater,
} from './errors.ts';
export { type ParsedEvent, parseEvent } from './events/envelope.ts';
export { anyEventSchema, type DataSchemas, eventSchemas } from './events/schemas.ts';
export { type Severity, type SeverityMap, severities, severityOf } from './events/severity.ts';
export type {
  Category,
  EventAlias,
  EventEnvelope,
  EventMetadata,
  EventOf,
  EventSelector,
  EventsByType,
  KnownEventType,
  UnknownEvent,
  UnknownEventType,
  WebhookEvent,
} from './events/types.ts';
export type { Dialect, EventIssue, Wire } from './events/wire.ts';
export type { HandlerOptions } from './handler-options.ts';
export { type MemoryLog, memoryLog } from './memory/log.ts';
export { type MemoryQueueOptions, memoryQueue } from './memory/queue.ts';
export type {
  DeadLetterListener,
  ErrorDetails,
  ErrorListener,
  OutcomeDetails,
  OutcomeListener,
} from './observers.ts';
export type { EventFilter, ReceiverOptions } from './options.ts';
export { type Answer, type Outcome, type RefusalCode, type Rejected, refusals, toAnswer } from './outcome.ts';
export { createPass, type PassedEvent } from './pass.ts';
export type {
  AttemptOptions,
  DeadLetter,
  DeadLetterHandler,
  DeliveryLog,
  DeliveryQueue,
  DeliveryState,
  LogEntry,
  LoggedDelivery,
  Logger,
  ProcessWork,
  QueuedResult,
  QueuedWork,
  QueueState,
  RateLimiter,
  ReportDeadLetter,
  StoredDelivery,
  StoredEvent,
  StoredFailure,
  UnauthenticatedRefusal,
  Workers,
} from './ports.ts';
export { createReceiver, type EventHandler, type Receiver } from './receiver.ts';
export type { Secret } from './secret.ts';
export { sign, verify } from './signature.ts';
export type { Phase, Timings } from './watch.ts';
