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

export type { DeliveryLog, LogEntry, LoggedDelivery, UnauthenticatedRejection } from './delivery-log.ts';
export type { DeliveryQueue } from './delivery-queue.ts';
export { type MemoryLog, memoryLog } from './memory/log.ts';
export { type MemoryQueueOptions, memoryQueue } from './memory/queue.ts';
export type { AttemptOptions, ProcessWork, QueuedResult, QueuedWork, Workers } from './queued-attempt.ts';
export type { StoreHealth } from './records/store-health.ts';
export { type Backoff, retryDelay } from './rules/backoff.ts';
export type { DeadLetterHandler, ReportDeadLetter } from './rules/dead-letter.ts';
export { deadLetterOf } from './rules/dead-letter.ts';
export { endpointTaken } from './rules/endpoint-taken.ts';
export { isTaken, mayReplace } from './rules/states.ts';
export type {
  DeliveryState,
  QueueState,
  StoredDelivery,
  StoredEvent,
  StoredFailure,
  StoredState,
} from './stored-delivery.ts';
