/**
 * SpiderFoot's webhooks in SQLite: a log of every authenticated delivery, and a durable queue behind a fast 2xx, over one
 * file that holds the guide's `webhook_logs`.
 */
export type { Count, CountKey, CountOptions } from './counts.ts';
export { type StoreFromEnvironment, storeFromEnvironment } from './environment.ts';
export { OutdatedFileError, StoreError } from './errors.ts';
export type { ExportFormat } from './export.ts';
export type { DeliveryFilter } from './filters.ts';
export type { HandlerRecord } from './handlers.ts';
export type { DeliveryPage, ListOptions } from './listing.ts';
export type { Retention, StoreLogger, StoreOptions } from './options.ts';
export type { PrunableState, PruneOptions } from './prune.ts';
export type { DeliveryRecord, DeliveryWithBody } from './records.ts';
export type { RejectionCount, RejectionRecord } from './rejections.ts';
export { openStore, type Store } from './store.ts';
