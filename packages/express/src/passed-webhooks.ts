import type { DataSchemas, Receiver } from '@spiderfoot-webhooks/core';
import type { VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';
import type { Request } from 'express';

interface PassedWebhook {
  readonly receiver: unknown;
  readonly passed: unknown;
}

const webhooks = new WeakMap<object, PassedWebhook>();

export function rememberWebhook<Schemas extends DataSchemas>(
  req: object,
  receiver: Receiver<Schemas>,
  passed: VerifiedWebhook<Schemas>,
): void {
  webhooks.set(req, { receiver, passed });
}

/**
 * Return the verified event that `webhookMiddleware(receiver)` has passed to this route, typed by the receiver's
 * `schemas`.
 * @param receiver the receiver that you passed to the middleware
 * @throws Error if no `webhookMiddleware` of this receiver has run before the route
 * @example
 * app.all('/webhook', webhookMiddleware(receiver), (req, res) => {
 *   const { event, context } = getWebhook(req, receiver);
 *   console.log(event.event_type, context.id);
 *   res.json({ status: 'success' });
 * });
 */
export function getWebhook<Schemas extends DataSchemas>(
  req: Request,
  receiver: Receiver<Schemas>,
): VerifiedWebhook<Schemas> {
  const webhook = webhooks.get(req);
  if (webhook?.receiver !== receiver) {
    throw new Error(
      'getWebhook() found no event of this receiver. Mount webhookMiddleware(receiver) before the route.',
    );
  }
  // The cast is safe: the function above stored the event together with this receiver.
  return webhook.passed as VerifiedWebhook<Schemas>;
}
