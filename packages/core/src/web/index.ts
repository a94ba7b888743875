export { discardBody } from './body.ts';
export { WebDelivery } from './delivery.ts';
export { type FetchHandlerOptions, fetchHandler, toResponse } from './handler.ts';
