import {
  createPass,
  type DataSchemas,
  type Outcome,
  type PassedEvent,
  type Receiver,
  toAnswer,
} from '@spiderfoot-webhooks/core';
import { NodeDelivery, type NodeHandlerOptions, socketAddress } from '@spiderfoot-webhooks/core/node';
import type { Context, Middleware } from 'koa';

export type WebhookOptions = NodeHandlerOptions<Context>;

/** What {@link webhookMiddleware} puts into `ctx.state`. */
export interface WebhookState<Schemas extends DataSchemas = Record<never, never>> {
  /** The verified event and its context. */
  spiderfoot: PassedEvent<Schemas>;
}

/**
 * Serves a receiver: verifies, runs its handlers, answers. Mount it before any body parser; after koa-bodyparser,
 * which keeps the raw text, it works as well.
 * @example
 * router.all('/webhook', webhookHandler(receiver));
 */
export function webhookHandler<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  { clientIp = socketAddress }: WebhookOptions = {},
): Middleware {
  receiver.start();
  return async function spiderfootWebhook(ctx) {
    answer(ctx, await receiver.receive(new NodeDelivery(ctx.req, () => clientIp(ctx), ctx.request)));
  };
}

/**
 * Verifies, and hands the event on to your own route as `ctx.state.spiderfoot`. The route answers: 2xx settles the
 * delivery, after anything else SpiderFoot's retry comes to the route again. Refusals and duplicates are answered
 * here, and the receiver's own handlers do not run.
 * @throws ConfigurationError where the receiver has a queue
 * @example
 * router.all('/webhook', webhookMiddleware(receiver), (ctx) => {
 *   console.log(ctx.state.spiderfoot.event.event_type);
 *   ctx.body = { status: 'success' };
 * });
 */
export function webhookMiddleware<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  { clientIp = socketAddress }: WebhookOptions = {},
): Middleware<WebhookState<Schemas>> {
  const pass = createPass(receiver);
  return async function spiderfootWebhook(ctx, next) {
    const outcome = await pass(
      new NodeDelivery(ctx.req, () => clientIp(ctx), ctx.request),
      async (passed) => {
        ctx.state.spiderfoot = passed;
        // koa-bodyparser behind this would answer in the route's place, because the body has been read.
        ctx.disableBodyParser = true;
        await next();
        return ctx.status;
      },
    );
    if (outcome !== undefined) answer(ctx, outcome);
  };
}

function answer(ctx: Pick<Context, 'status' | 'body' | 'set'>, outcome: Outcome): void {
  const { status, headers, body } = toAnswer(outcome);
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
}
