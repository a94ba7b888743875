/**
 * Choose the store of SpiderFoot's webhooks by its location, for example in an environment variable. Each engine is a
 * package that you install only if you use it.
 *
 * Start with {@link openStore}, or with {@link storeFromEnvironment} for a program that is configured by its environment.
 * @packageDocumentation
 */
export { StoreUnavailableError } from './connection/explained.ts';
export { MissingPackageError } from './engines/load-engine.ts';
export { pendingMigrations } from './engines/postgres.ts';
export { type Engine, engineOf, printableLocation } from './location.ts';
export { openStore } from './open-store.ts';
export type { Store } from './store.ts';
export { type StoreFromEnvironment, storeFromEnvironment } from './store-from-environment.ts';
