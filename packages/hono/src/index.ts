import { createPass, type DataSchemas, type PassedEvent, type Receiver } from '@spiderfoot-webhooks/core';
import { toResponse } from '@spiderfoot-webhooks/core/web';
import type { Context, Handler, MiddlewareHandler } from 'hono';
import { toDelivery } from './delivery.ts';

export interface WebhookOptions {
  /**
   * The client's address. On Node it is the socket's by itself; on other platforms it has to be given, or
   * `allowedIps` refuses.
   * @example clientIp: (c) => getConnInfo(c).remote.address // from hono/bun, hono/deno, …
   */
  readonly clientIp?: (c: Context) => string | undefined;
}

/** The variables that {@link webhookMiddleware} sets. */
export interface WebhookEnv<Schemas extends DataSchemas = Record<never, never>> {
  Variables: {
    /** The verified event and its context. */
    spiderfoot: PassedEvent<Schemas>;
  };
}

/**
 * Serves a receiver: verifies, runs its handlers, answers.
 * @example
 * app.all('/webhook', webhookHandler(receiver));
 */
export function webhookHandler<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  { clientIp }: WebhookOptions = {},
): Handler {
  receiver.start();
  return async function spiderfootWebhook(c) {
    return toResponse(await receiver.receive(toDelivery(c, clientIp)));
  };
}

/**
 * Verifies, and hands the event on to your own route as `c.get('spiderfoot')`. The route answers: 2xx settles the
 * delivery, after anything else SpiderFoot's retry comes to the route again. Refusals and duplicates are answered
 * here, and the receiver's own handlers do not run.
 * @throws ConfigurationError where the receiver has a queue
 * @example
 * app.all('/webhook', webhookMiddleware(receiver), (c) => {
 *   console.log(c.get('spiderfoot').event.event_type);
 *   return c.json({ status: 'success' });
 * });
 */
export function webhookMiddleware<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  { clientIp }: WebhookOptions = {},
): MiddlewareHandler<WebhookEnv<Schemas>> {
  const pass = createPass(receiver);
  return async function spiderfootWebhook(c, next) {
    const outcome = await pass(toDelivery(c, clientIp), async (passed) => {
      c.set('spiderfoot', passed);
      await next();
      // A route that returned nothing is answered 500; asking for its status would make a 200 of it.
      return c.finalized ? c.res.status : 500;
    });
    return outcome === undefined ? undefined : toResponse(outcome);
  };
}
