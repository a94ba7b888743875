import type { DataSchemas, Receiver } from '@spiderfoot-webhooks/core';
import { checkMount, createRouteMiddleware, type VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';
import type { Context, Handler, MiddlewareHandler } from 'hono';
import { answer } from './answer.ts';
import { toDelivery } from './delivery.ts';
import type { WebhookOptions } from './options.ts';

export type { WebhookOptions } from './options.ts';

/** The variables that {@link webhookMiddleware} sets. */
export interface WebhookEnv<Schemas extends DataSchemas = Record<never, never>> {
  Variables: {
    /** The verified event and its context. */
    spiderfoot: VerifiedWebhook<Schemas>;
  };
}

/**
 * Serve a receiver: verify requests, run its handlers and answer.
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
    return answer(c, await receiver.receive(toDelivery(c, options)));
  };
}

/**
 * Verify requests and pass the event to your own route, as `c.var.spiderfoot`. The route answers: 2xx settles the
 * delivery. After any other status, SpiderFoot's retry runs the route again. The middleware answers rejections and
 * duplicates itself. `c.req.json()`, `c.req.text()` and Hono's validators work in the route; `c.req.raw` has been
 * read.
 * @throws ConfigurationError if the receiver has a queue, or handlers that no `webhookHandler` runs. Registering such
 *   a handler later also throws
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
      // If the route returned no response, the answer is 500. Reading `c.res` would create a response with status 200.
      return c.finalized ? c.res.status : 500;
    });
    return outcome === undefined ? undefined : answer(c, outcome);
  };
}

/** Make `c.req.json()` and similar methods return the body that has been read, unless the app has already read it. */
function keepBody({ req }: Context, text: string): void {
  // Hono caches promises, although its types say `string`.
  if (Object.keys(req.bodyCache).length === 0) Object.assign(req.bodyCache, { text: Promise.resolve(text) });
}
