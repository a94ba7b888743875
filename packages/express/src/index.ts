/**
 * Receive SpiderFoot's webhooks in an Express app.
 * @packageDocumentation
 */
import type { DataSchemas, Receiver } from '@spiderfoot-webhooks/core';
import { checkMount, createRouteMiddleware, type VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';
import {
  exposeBody,
  NodeDelivery,
  type NodeHandlerOptions,
  routeStatus,
  sendOutcome,
  socketAddress,
} from '@spiderfoot-webhooks/core/adapter/node';
import type { Request, RequestHandler } from 'express';
import { rememberWebhook } from './get-webhook.ts';
import type { WebhookRequestHandler } from './webhook-request.ts';

export { captureRawBody } from '@spiderfoot-webhooks/core/adapter/node';
export { getWebhook } from './get-webhook.ts';
export type { WebhookRequest, WebhookRequestHandler } from './webhook-request.ts';

/** The options of {@link webhookHandler} and {@link webhookMiddleware}. */
export type WebhookOptions = NodeHandlerOptions<Request>;

/**
 * If the app has only one receiver, declare its `schemas` here. They then type `req.spiderfoot`. Express has one type of
 * request for the whole program, so an app with several receivers uses {@link getWebhook} instead, which is typed by the
 * receiver.
 * @example
 * declare module '@spiderfoot-webhooks/express' {
 *   interface Register { schemas: typeof schemas }
 * }
 */
export interface Register {}

/** The schemas of {@link Register}. */
export type RegisteredSchemas = Register extends { schemas: infer Schemas extends DataSchemas }
  ? Schemas
  : Record<never, never>;

declare global {
  namespace Express {
    interface Request {
      /**
       * The verified event and its context. {@link webhookMiddleware} sets it. Its type is the same for every receiver:
       * see {@link Register}.
       */
      spiderfoot?: VerifiedWebhook<RegisteredSchemas>;
    }
  }
}

/**
 * Create a request handler for a receiver. It verifies each request, runs the receiver's handlers and sends the response.
 * Mount it before any body parser, or let the parser keep the raw bytes with {@link captureRawBody}. An error while the
 * response is sent is passed to `next(error)`.
 * @throws ConfigurationError if an option is invalid
 * @example
 * app.all('/webhook', webhookHandler(receiver));
 */
export function webhookHandler<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  options: WebhookOptions = {},
): RequestHandler {
  checkMount(receiver, options, ['clientIp']);
  const { clientIp = socketAddress } = options;
  receiver.mount('handlers');
  return function spiderfootWebhook(req, res, next) {
    receiver
      .receive(new NodeDelivery(req, () => clientIp(req)))
      .then((outcome) => sendOutcome(res, outcome))
      .catch(next)
      .catch(() => res.destroy());
  };
}

/**
 * Create a middleware that verifies each request and passes its event to your own route, as `req.spiderfoot` and through
 * {@link getWebhook}. The route sends the response. A 2xx status settles the delivery. After any other status,
 * SpiderFoot's retry runs the route again. The route does not run for rejected deliveries and duplicates: the middleware
 * responds to them.
 *
 * The event is also in `req.body`, unless the app has set `req.body`. Body parsers that are mounted after the middleware
 * skip the request.
 * @throws ConfigurationError if an option is invalid, if the receiver has a queue, or if it has handlers that no
 *   `webhookHandler` runs. Registering such a handler later also throws
 * @example
 * app.all('/webhook', webhookMiddleware(receiver), (req, res) => {
 *   console.log(getWebhook(req).event.event_type);
 *   res.json({ status: 'success' });
 * });
 */
export function webhookMiddleware<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  options: WebhookOptions = {},
): WebhookRequestHandler<Schemas> {
  checkMount(receiver, options, ['clientIp']);
  const { clientIp = socketAddress } = options;
  const pass = createRouteMiddleware(receiver);
  return function spiderfootWebhook(req, res, next) {
    const runRoute = async (passed: VerifiedWebhook<Schemas>) => {
      rememberWebhook(req, receiver, passed);
      exposeBody(req, passed.event);
      // The body parsers of Express 4 skip a request that has `_body`. Those of Express 5 skip a request that has been read.
      Object.assign(req, { spiderfoot: passed, _body: true });
      next();
      return routeStatus(res);
    };
    pass(new NodeDelivery(req, () => clientIp(req)), runRoute)
      .then((outcome) => {
        if (outcome !== undefined) sendOutcome(res, outcome);
      })
      .catch(next)
      .catch(() => res.destroy());
  };
}
