/**
 * The interfaces that a store implements (`DeliveryLog`, `DeliveryQueue` or both, and `DeliveryStore` for operators), the
 * rules that every store follows, and the in-memory stores.
 *
 * - `record` replaces an entry only if {@link mayReplace} allows it
 * - `enqueue` returns `duplicate` if {@link isTaken} returns `true`
 * - `start` throws {@link endpointTaken}
 * - after a failed attempt, the next attempt waits for {@link retryDelay}, or until the `nextAttempt` of the result
 * - a delivery that is not attempted again is reported with {@link deadLetterOf}
 * - options are checked by {@link checkFilter}, {@link readListOptions}, {@link readCountOptions},
 *   {@link readPruneOptions} and {@link readReplayOptions}
 * - `replay` selects the deliveries for which {@link isReplayable} returns `true`, and their handlers with
 *   {@link handlersAfterReplay}
 * - a delivery is printed and exported as {@link deliveryJson}
 *
 * {@link createWorker} follows these rules for a store that implements {@link WorkerStore}.
 * @packageDocumentation
 */
export type {
  DeliveryLog,
  LogEntry,
  LoggedDelivery,
  RejectedRequest,
  UnauthenticatedRejection,
} from './delivery-log.ts';
export type { DeliveryQueue } from './delivery-queue.ts';
export type { DeliveryState, PrunableState, QueueState, StoredState } from './delivery-states.ts';
export { type DeliveryStore, MissingCapabilityError, type StoreCapability } from './delivery-store.ts';
export {
  type CommitListener,
  type CommitListeners,
  createCommitListeners,
  type StoreCommit,
} from './durable/commit-listeners.ts';
export { createEndpointWorkers, type EndpointWorkers } from './durable/endpoint-workers.ts';
export { createLoggerMessages, type LoggerMessages } from './durable/logger-messages.ts';
export {
  type CollectedRejections,
  createRejectionCounter,
  type RejectionCounter,
} from './durable/rejection-counter.ts';
export { schedulePruning } from './durable/scheduled-pruning.ts';
export {
  type DurableStoreOptions,
  type DurableStoreSettings,
  type Retention,
  readDurableStoreOptions,
  type StoreLogger,
} from './durable/store-options.ts';
export type { KeptRejection } from './durable/unwritten-rejections.ts';
export { type MemoryLog, memoryLog } from './memory/log.ts';
export { type MemoryQueueOptions, memoryQueue } from './memory/queue.ts';
export type { AttemptOptions, ProcessWork, QueuedResult, QueuedWork, Workers } from './queued-attempt.ts';
export {
  type Count,
  type CountKey,
  type CountOptions,
  type CountRequest,
  type CountTotals,
  countRecords,
  createCountTotals,
  readCountOptions,
} from './records/delivery-counts.ts';
export { type ExportFormat, exportLines } from './records/delivery-export.ts';
export {
  checkFilter,
  checkReplayFilter,
  type DeliveryFilter,
  matchesFilter,
} from './records/delivery-filter.ts';
export {
  type BodyJson,
  bodyJson,
  type DeliveryFields,
  type DeliveryJson,
  deliveryFromJson,
  deliveryJson,
} from './records/delivery-json.ts';
export {
  cursorAfter,
  cursorTime,
  type DeliveryPage,
  type ListOptions,
  type ListOrder,
  type ListPlace,
  type ListRequest,
  readListOptions,
  toPage,
} from './records/delivery-page.ts';
export {
  type DeliveryRecord,
  type DeliveryWithBody,
  unknownEventType,
} from './records/delivery-record.ts';
export {
  type AttemptResults,
  addAttempt,
  type HandlerRecord,
  type HandlerRecordJson,
  type HandlerRun,
  type HandlerRunJson,
  readHandlerRecords,
  succeededHandlers,
} from './records/handler-record.ts';
export type { ImportedDeliveries } from './records/imported-deliveries.ts';
export { readIssues } from './records/issue-list.ts';
export {
  checkPrunableStates,
  type PruneOptions,
  type PruneRequest,
  readPruneOptions,
} from './records/prune-options.ts';
export { queryRecords, type RecordQueries, recordsToPrune, selectRecords } from './records/record-queries.ts';
export {
  type RejectionCount,
  type RejectionOptions,
  type RejectionRecord,
  type RejectionWithRequest,
  readRejectionOptions,
  readRequestHeaders,
  rejectionHour,
  type UnauthenticatedRejections,
} from './records/rejection-counts.ts';
export { matchesText, searchTokens, searchWords, toSearchText } from './records/search-text.ts';
export type { StoreHealth } from './records/store-health.ts';
export { type Backoff, retryDelay } from './rules/backoff.ts';
export {
  type DeadLetter,
  type DeadLetterHandler,
  deadLetterOf,
  lostLetterOf,
  type ReportDeadLetter,
} from './rules/dead-letter.ts';
export { endpointTaken } from './rules/endpoint-taken.ts';
export {
  handlersAfterReplay,
  isDelayed,
  isReplayable,
  type ReplayOptions,
  readReplayOptions,
} from './rules/replays.ts';
export { type RetryOptions, retryAt, type Settlement, settlementOf } from './rules/settlement.ts';
export { isTaken, mayReplace } from './rules/states.ts';
export { suspectFrom } from './rules/suspects.ts';
export { readWorkerOptions, type WorkerOptions } from './rules/worker-options.ts';
export type { StoredDelivery, StoredEvent, StoredFailure, StoredRun } from './stored-delivery.ts';
export { type CreateWorkerOptions, createWorker, type Worker, type WorkerHooks } from './worker/worker.ts';
export type {
  Claim,
  Claimed,
  ClaimPlan,
  Leases,
  LostDelivery,
  Renewal,
  TidyPlan,
  WorkerStore,
} from './worker/worker-store.ts';
