/**
 * Load receivers from SpiderFoot's INI file.
 * @packageDocumentation
 */
export { ConfigFileError } from './config-file-error.ts';
export type { EndpointConfig, SenderConfig } from './endpoint-config.ts';
export { type Config, type LoadConfigOptions, loadConfig } from './load-config.ts';
export { loadOwnSections, type OwnSection } from './own-sections.ts';
export type { IgnoredKey } from './section-keys.ts';
