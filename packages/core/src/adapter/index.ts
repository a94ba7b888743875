/**
 * The parts of an adapter: turn a request into a {@link Delivery}, pass it to `receiver.receive()`, and send the
 * {@link HttpResponse} of the outcome. An adapter translates and decides nothing.
 *
 * This entry imports no `node:` module. The parts for `node:http` are in `core/adapter/node`.
 * @packageDocumentation
 */
export { spiderfootHeaders } from '../checks/signature-header.ts';
export type { Rejected } from '../outcome/outcome.ts';
export { type HttpResponse, toHttpResponse } from '../outcome/response.ts';
export { carriesCredentials } from '../rejected/credential-headers.ts';
export { createKeepRequest, type KeepRequest } from '../rejected/keep-request.ts';
export { createSecretSearch, type SecretSearch } from '../rejected/secret-search.ts';
export { checkMount } from './check-mount.ts';
export type { BodyRead, Delivery, WaitUntil } from './delivery.ts';
export { isLocalRequest, isLoopback, type RequestSource } from './local-request.ts';
export { createRouteMiddleware, type VerifiedWebhook } from './route-middleware.ts';
export { discardBody } from './web/body.ts';
export { WebDelivery } from './web/delivery.ts';
