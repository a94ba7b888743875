import { createPass, type DataSchemas, type PassedEvent, type Receiver } from '@spiderfoot-webhooks/core';
import {
  NodeDelivery,
  type NodeHandlerOptions,
  routeStatus,
  sendOutcome,
  socketAddress,
} from '@spiderfoot-webhooks/core/node';
import type { Request, RequestHandler } from 'express';

export { captureRawBody } from '@spiderfoot-webhooks/core/node';

export type WebhookOptions = NodeHandlerOptions<Request>;

/**
 * Where an app with `schemas` of its own says so, because Express types its requests once for the whole program.
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
      /** The verified event and its context; set by {@link webhookMiddleware}. */
      spiderfoot?: PassedEvent<RegisteredSchemas>;
    }
  }
}

/**
 * Serves a receiver: verifies, runs its handlers, answers. Mount it before any body parser, or give the parser
 * {@link captureRawBody}.
 * @example
 * app.all('/webhook', webhookHandler(receiver));
 */
export function webhookHandler<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  { clientIp = socketAddress }: WebhookOptions = {},
): RequestHandler {
  receiver.start();
  return function spiderfootWebhook(req, res, next) {
    receiver
      .receive(new NodeDelivery(req, () => clientIp(req)))
      .then((outcome) => sendOutcome(res, outcome), next);
  };
}

/**
 * Verifies, and hands the event on to your own route as `req.spiderfoot`. The route answers: 2xx settles the
 * delivery, after anything else SpiderFoot's retry comes to the route again. Refusals and duplicates are answered
 * here, and the receiver's own handlers do not run.
 * @throws ConfigurationError where the receiver has a queue
 * @example
 * app.all('/webhook', webhookMiddleware(receiver), (req, res) => {
 *   console.log(req.spiderfoot?.event.event_type);
 *   res.json({ status: 'success' });
 * });
 */
export function webhookMiddleware(
  receiver: Receiver<RegisteredSchemas>,
  { clientIp = socketAddress }: WebhookOptions = {},
): RequestHandler {
  const pass = createPass(receiver);
  return function spiderfootWebhook(req, res, next) {
    const runRoute = (passed: PassedEvent<RegisteredSchemas>) => {
      req.spiderfoot = passed;
      next();
      return routeStatus(res);
    };
    pass(new NodeDelivery(req, () => clientIp(req)), runRoute).then((outcome) => {
      if (outcome !== undefined) sendOutcome(res, outcome);
    }, next);
  };
}
