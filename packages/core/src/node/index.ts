export type { IncomingMessage as IncomingRequest } from 'node:http';
export { NodeDelivery } from './delivery.ts';
export { type Environment, exitWithReason, readEnvironment } from './environment.ts';
export { type NodeHandlerOptions, sendOutcome, socketAddress, webhookListener } from './listener.ts';
export { jsonLine, lineLogger } from './logger.ts';
export { captureRawBody } from './raw-body.ts';
export { routeStatus } from './route.ts';
export { type ServeOptions, type Serving, serve } from './serve.ts';
