/**
 * Receive SpiderFoot's webhooks in a Koa app.
 * @packageDocumentation
 */
import type { DataSchemas, EventContext, Outcome, Receiver } from '@spiderfoot-webhooks/core';
import {
  checkMount,
  createRouteMiddleware,
  toHttpResponse,
  type VerifiedWebhook,
} from '@spiderfoot-webhooks/core/adapter';
import {
  exposeBody,
  NodeDelivery,
  type NodeHandlerOptions,
  socketAddress,
  surviveFailingPatches,
} from '@spiderfoot-webhooks/core/adapter/node';
import type { Context, Middleware } from 'koa';
import { readableAgain } from './readable-again.ts';

/** The options of {@link webhookHandler} and {@link webhookMiddleware}. */
export type WebhookOptions = NodeHandlerOptions<Context>;

/** The members that {@link webhookMiddleware} adds to `ctx.state`. */
export interface WebhookState<Schemas extends DataSchemas = Record<never, never>> {
  /** The verified event and its context. */
  spiderfoot: VerifiedWebhook<Schemas>;
}

/**
 * Create a middleware for a receiver. It verifies each request, runs the receiver's handlers and sends the response.
 * Mount it before any body parser. It also works after koa-bodyparser, which keeps the raw text.
 * @throws ConfigurationError if an option is invalid
 * @example
 * router.all('/webhook', webhookHandler(receiver));
 */
export function webhookHandler<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  options: WebhookOptions = {},
): Middleware {
  checkMount(receiver, options, ['clientIp']);
  const { clientIp = socketAddress } = options;
  receiver.mount('handlers');
  return async function spiderfootWebhook(ctx) {
    respond(ctx, await receiver.receive(new NodeDelivery(ctx.req, () => clientIp(ctx), ctx.request)));
  };
}

/**
 * Create a middleware that verifies each request and passes its event to your own route, as `ctx.state.spiderfoot`. The
 * route sets the response. A 2xx status settles the delivery. After any other status, SpiderFoot's retry runs the route
 * again. The route does not run for rejected deliveries and duplicates: the middleware responds to them.
 *
 * The event is also in `ctx.request.body`, unless the app has set `ctx.request.body`. Body parsers that are mounted after
 * the middleware work.
 * @throws ConfigurationError if an option is invalid, if the receiver has a queue, or if it has handlers that no
 *   `webhookHandler` runs. Registering such a handler later also throws
 * @example
 * router.all('/webhook', webhookMiddleware(receiver), (ctx) => {
 *   console.log(ctx.state.spiderfoot.event.event_type);
 *   ctx.body = { status: 'success' };
 * });
 */
export function webhookMiddleware<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  options: WebhookOptions = {},
): Middleware<WebhookState<Schemas>> {
  checkMount(receiver, options, ['clientIp']);
  const { clientIp = socketAddress } = options;
  const pass = createRouteMiddleware(receiver);
  return async function spiderfootWebhook(ctx, next) {
    const outcome = await pass(
      new NodeDelivery(ctx.req, () => clientIp(ctx), ctx.request),
      async (passed) => {
        ctx.state.spiderfoot = passed;
        await withBody(ctx, passed, next);
        return ctx.status;
      },
    );
    if (outcome !== undefined) respond(ctx, outcome);
  };
}

/** Run the route with the parsed body in `ctx.request.body`, although the request has already been read. */
async function withBody(
  ctx: Context,
  { event, context: { wire } }: { readonly event: unknown; readonly context: EventContext },
  next: () => Promise<unknown>,
): Promise<void> {
  exposeBody(ctx.request, event);
  const { req } = ctx;
  // A parser would reject Python's NaN, which is not JSON.
  ctx.req = readableAgain(req, wire.nonFinite === 0 ? wire.body : JSON.stringify(event));
  try {
    await next();
  } finally {
    ctx.req = req;
  }
}

function respond(ctx: Pick<Context, 'status' | 'body' | 'set' | 'res'>, outcome: Outcome): void {
  surviveFailingPatches(ctx.res);
  const { status, headers, body, closesConnection } = toHttpResponse(outcome);
  // Node then sends `Connection: close`. This has no effect in HTTP/2, which forbids the header.
  if (closesConnection) ctx.res.shouldKeepAlive = false;
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
}
