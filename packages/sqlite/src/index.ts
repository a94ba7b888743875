/**
 * Store SpiderFoot's webhooks in one SQLite file: a log of every authenticated delivery, and a durable queue, so that the
 * sender gets its response before the handlers run. The table is `webhook_logs` of SpiderFoot's guide, with more columns.
 *
 * Start with {@link openStore}. The types of deliveries, filters and counts are in `@spiderfoot-webhooks/core/stores`.
 * @packageDocumentation
 */
export { FileInUseError, OutdatedFileError, StoreError } from './errors.ts';
export type { StoreOptions } from './options.ts';
export { openStore, type Store } from './store.ts';
