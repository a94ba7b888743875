/** Serve a receiver with Node. */
export { captureRawBody } from '../adapter/node/raw-body.ts';
export type { NodeHandlerOptions } from '../adapter/node/send-outcome.ts';
export {
  type Environment,
  exitWithReason,
  type ListenAddress,
  readEnvironment,
  readListenAddress,
} from './environment.ts';
export { webhookListener } from './listener.ts';
export { jsonLine, lineLogger } from './logger.ts';
export { type ServeOptions, type Serving, serve } from './serve.ts';
