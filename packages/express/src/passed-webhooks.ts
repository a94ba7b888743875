import type { DataSchemas, PassedEvent, Receiver } from '@spiderfoot-webhooks/core';
import type { Request } from 'express';

interface PassedWebhook {
  readonly receiver: unknown;
  readonly passed: unknown;
}

const webhooks = new WeakMap<object, PassedWebhook>();

export function rememberWebhook<Schemas extends DataSchemas>(
  req: object,
  receiver: Receiver<Schemas>,
  passed: PassedEvent<Schemas>,
): void {
  webhooks.set(req, { receiver, passed });
}

/**
 * Returns the verified event that `webhookMiddleware(receiver)` has handed to this route, typed by the receiver's
 * `schemas`.
 * @param receiver the receiver that the middleware was made with
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
): PassedEvent<Schemas> {
  const webhook = webhooks.get(req);
  if (webhook?.receiver !== receiver) {
    throw new Error(
      'getWebhook() found no event of this receiver. Mount webhookMiddleware(receiver) before the route.',
    );
  }
  // It was remembered together with this receiver, by the function above.
  return webhook.passed as PassedEvent<Schemas>;
}
