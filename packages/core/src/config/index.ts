/** Load receivers from SpiderFoot's INI file. */
export { ConfigFileError } from './config-file-error.ts';
export type { EndpointConfig, SenderConfig } from './endpoint.ts';
export type { IgnoredKey } from './keys.ts';
export { type Config, type LoadConfigOptions, loadConfig } from './load.ts';
