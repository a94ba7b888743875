/**
 * The interfaces that a store implements (`DeliveryLog`, `DeliveryQueue` or both), the rules that every store follows,
 * and the stores in memory.
 *
 * - `record` replaces an entry only if {@link mayReplace} allows it
 * - `enqueue` returns `duplicate` if {@link isTaken} does
 * - `start` throws {@link endpointTaken}
 * - after a failed attempt, the next one waits for {@link retryDelay}, or until the `nextAttempt` of the result
 * - a delivery that is not attempted again is reported as the {@link deadLetterOf} it
 */
export { type Backoff, retryDelay } from './backoff.ts';
export { deadLetterOf } from './dead-letter.ts';
export { endpointTaken } from './endpoint-taken.ts';
export { type MemoryLog, memoryLog } from './memory/log.ts';
export { type MemoryQueueOptions, memoryQueue } from './memory/queue.ts';
export type {
  AttemptOptions,
  DeadLetterHandler,
  DeliveryLog,
  DeliveryQueue,
  DeliveryState,
  LogEntry,
  LoggedDelivery,
  ProcessWork,
  QueuedResult,
  QueuedWork,
  QueueState,
  ReportDeadLetter,
  StoredDelivery,
  StoredEvent,
  StoredFailure,
  UnauthenticatedRejection,
  Workers,
} from './ports.ts';
export { isTaken, mayReplace } from './states.ts';
