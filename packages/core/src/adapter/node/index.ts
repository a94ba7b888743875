/**
 * The parts of an adapter for a framework on `node:http`.
 * @packageDocumentation
 */
export type { IncomingMessage as IncomingRequest } from 'node:http';
export { NodeDelivery } from './delivery.ts';
export { exposeBody } from './parsed-body.ts';
export { surviveFailingPatches } from './patched-response.ts';
export { captureRawBody } from './raw-body.ts';
export { routeStatus } from './route-status.ts';
export { type NodeHandlerOptions, sendOutcome, socketAddress } from './send-outcome.ts';
