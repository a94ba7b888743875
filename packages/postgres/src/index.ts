/**
 * SpiderFoot's webhooks in PostgreSQL: a log of every authenticated delivery, and a durable queue behind a fast 2xx, which
 * several machines share. The types of deliveries, filters and counts are exported by
 * `@spiderfoot-webhooks/core/stores`.
 */
export { ServerSettingError, StoreError } from './errors.ts';
export type { StoreOptions } from './options.ts';
export { migrationSql } from './schema/migrations.ts';
export { type PendingMigrations, pendingMigrations } from './schema/pending-migrations.ts';
export { openStore, type Store } from './store.ts';
