/**
 * Serve a receiver with Node: a complete server ({@link serve}), a listener for `node:http` ({@link webhookListener}), and
 * a logger that needs no dependency ({@link lineLogger}).
 * @packageDocumentation
 */
export { captureRawBody } from '../adapter/node/raw-body.ts';
export type { NodeHandlerOptions } from '../adapter/node/send-outcome.ts';
export { combineReceivers, type ServedReceiver } from './combine-receivers.ts';
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
