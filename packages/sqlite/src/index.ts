/**
 * SpiderFoot's webhooks in SQLite: a log of every authenticated delivery, and a durable queue behind a fast 2xx, over one
 * file that holds the guide's `webhook_logs`. The types of deliveries, filters and counts are exported by
 * `@spiderfoot-webhooks/core/stores`.
 */
export { FileInUseError, OutdatedFileError, StoreError } from './errors.ts';
export type { Retention, StoreLogger, StoreOptions } from './options.ts';
export { openStore, type Store } from './store.ts';
export { type StoreFromEnvironment, storeFromEnvironment } from './store-from-environment.ts';
