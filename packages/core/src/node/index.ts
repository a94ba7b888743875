export type { IncomingMessage as IncomingRequest } from 'node:http';
export type { EndpointConfig, SenderConfig } from './config/endpoint.ts';
export { ConfigFileError } from './config/error.ts';
export type { IgnoredKey } from './config/keys.ts';
export { type Config, type LoadConfigOptions, loadConfig } from './config/load.ts';
export { NodeDelivery } from './delivery.ts';
export {
  type Environment,
  exitWithReason,
  type ListenAddress,
  readEnvironment,
  readListenAddress,
} from './environment.ts';
export { type NodeHandlerOptions, sendOutcome, socketAddress, webhookListener } from './listener.ts';
export { jsonLine, lineLogger } from './logger.ts';
export { exposeBody } from './parsed-body.ts';
export { surviveFailingPatches } from './patched-response.ts';
export { captureRawBody } from './raw-body.ts';
export { routeStatus } from './route.ts';
export { type ServeOptions, type Serving, serve } from './serve.ts';
