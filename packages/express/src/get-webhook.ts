import type { DataSchemas, Receiver } from '@spiderfoot-webhooks/core';
import type { VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';
import type { SchemasOf, WebhookRequest } from './webhook-request.ts';

/** An Express request with any type parameters. */
type AnyRequest = Pick<WebhookRequest, 'res' | 'headers'>;

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
 * Return the verified event that `webhookMiddleware(receiver)` has passed to this route.
 *
 * The event is typed by the receiver's `schemas` if the route and the middleware are registered in the same call, or if
 * `req` is a {@link WebhookRequest}. Otherwise, pass the receiver too, because TypeScript does not know which receiver
 * verified the request.
 * @throws Error if no `webhookMiddleware` has run before the route
 * @example
 * app.all('/webhook', webhookMiddleware(receiver), (req, res) => {
 *   const { event, context } = getWebhook(req);
 *   console.log(event.event_type, context.id);
 *   res.json({ status: 'success' });
 * });
 */
export function getWebhook<Req extends AnyRequest>(req: Req): VerifiedWebhook<SchemasOf<Req>>;
/**
 * Return the verified event that the middleware of a receiver has passed to this route, typed by the receiver's
 * `schemas`.
 * @param receiver the receiver that you passed to the middleware
 * @throws Error if no `webhookMiddleware` of this receiver has run before the route
 * @example
 * app.use('/webhook', webhookMiddleware(receiver));
 * app.post('/webhook', (req, res) => {
 *   console.log(getWebhook(req, receiver).event.event_type);
 *   res.json({ status: 'success' });
 * });
 */
export function getWebhook<Schemas extends DataSchemas>(
  req: AnyRequest,
  receiver: Receiver<Schemas>,
): VerifiedWebhook<Schemas>;
export function getWebhook(req: AnyRequest, receiver?: unknown): unknown {
  const webhook = webhooks.get(req);
  if (webhook === undefined || (receiver !== undefined && webhook.receiver !== receiver)) {
    throw new Error(
      'getWebhook() found no event of this receiver. Mount webhookMiddleware(receiver) before the route.',
    );
  }
  return webhook.passed;
}
