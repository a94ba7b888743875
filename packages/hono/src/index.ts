/**
 * Receive SpiderFoot's webhooks in a Hono app, on Node or on a fetch platform.
 * @packageDocumentation
 */
import type { DataSchemas, Receiver } from '@spiderfoot-webhooks/core';
import { checkMount, createRouteMiddleware, type VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';
import type { Context, Handler, MiddlewareHandler } from 'hono';
import { toDelivery } from './delivery.ts';
import type { WebhookOptions } from './options.ts';
import { toResponse } from './response.ts';

export type { WebhookOptions } from './options.ts';

/** The variables that {@link webhookMiddleware} sets. */
export interface WebhookEnv<Schemas extends DataSchemas = Record<never, never>> {
  Variables: {
    /** The verified event and its context. */
    spiderfoot: VerifiedWebhook<Schemas>;
  };
}

/**
 * Create a handler for a receiver. It verifies each request, runs the receiver's handlers and returns the response.
 * @throws ConfigurationError if an option is invalid
 * @example
 * app.all('/webhook', webhookHandler(receiver));
 */
export function webhookHandler<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  options: WebhookOptions = {},
): Handler {
  checkMount(receiver, options, ['clientIp', 'waitUntil']);
  receiver.mount('handlers');
  return async function spiderfootWebhook(c) {
    return toResponse(c, await receiver.receive(toDelivery(c, options)));
  };
}

/**
 * Create a middleware that verifies each request and passes its event to your own route, as `c.var.spiderfoot`. The route
 * returns the response. A 2xx status settles the delivery. After any other status, SpiderFoot's retry runs the route
 * again. The route does not run for rejected deliveries and duplicates: the middleware responds to them.
 *
 * `c.req.json()`, `c.req.text()` and Hono's validators work in the route. `c.req.raw` does not, because its body has
 * already been read.
 * @throws ConfigurationError if an option is invalid, if the receiver has a queue, or if it has handlers that no
 *   `webhookHandler` runs. Registering such a handler later also throws
 * @example
 * app.all('/webhook', webhookMiddleware(receiver), (c) => {
 *   console.log(c.var.spiderfoot.event.event_type);
 *   return c.json({ status: 'success' });
 * });
 */
export function webhookMiddleware<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  options: WebhookOptions = {},
): MiddlewareHandler<WebhookEnv<Schemas>> {
  checkMount(receiver, options, ['clientIp', 'waitUntil']);
  const pass = createRouteMiddleware(receiver);
  return async function spiderfootWebhook(c, next) {
    const outcome = await pass(toDelivery(c, options), async (passed) => {
      c.set('spiderfoot', passed);
      keepBody(c, passed.context.wire.body);
      await next();
      // If the route returned no response, Hono responds with 500. Reading `c.res` would create a response with status 200.
      return c.finalized ? c.res.status : 500;
    });
    return outcome === undefined ? undefined : toResponse(c, outcome);
  };
}

/** Make `c.req.json()` and similar methods return the body that has been read, unless the app has already read it. */
function keepBody({ req }: Context, text: string): void {
  // Hono caches promises, although its types say `string`.
  if (Object.keys(req.bodyCache).length === 0) Object.assign(req.bodyCache, { text: Promise.resolve(text) });
}
