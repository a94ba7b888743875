/**
 * SpiderFoot's webhooks in SQLite: a log of every authenticated delivery, and a durable queue behind a fast 2xx, over one
 * file that holds the guide's `webhook_logs`.
 */

export type { RejectionCount, RejectionRecord } from '@spiderfoot-webhooks/core/stores';
export { OutdatedFileError, StoreError } from './errors.ts';
export type { PrunableState, PruneOptions } from './operations/prune.ts';
export type { Retention, StoreLogger, StoreOptions } from './options.ts';
export type { Count, CountKey, CountOptions } from './queries/counts.ts';
export type { DeliveryPage, ListOptions } from './queries/delivery-pages.ts';
export type { ExportFormat } from './queries/export.ts';
export type { DeliveryFilter } from './queries/filter-conditions.ts';
export type { DeliveryRecord, DeliveryWithBody } from './rows/delivery-records.ts';
export { openStore, type Store } from './store.ts';
export { type StoreFromEnvironment, storeFromEnvironment } from './store-from-environment.ts';
