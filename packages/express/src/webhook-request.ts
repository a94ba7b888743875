import type { DataSchemas } from '@spiderfoot-webhooks/core';
import type { Request, RequestHandler, Response } from 'express';

declare const typedBy: unique symbol;

/** Exists only as a type, never at runtime. Optional, so that it is compatible with requests of other middleware. */
interface TypedBy<Schemas extends DataSchemas> {
  readonly [typedBy]?: Schemas;
}

type Locals<Schemas extends DataSchemas> = Response['locals'] & TypedBy<Schemas>;

/**
 * The type of `webhookMiddleware(receiver)`. The handlers that follow it in the same call get a {@link WebhookRequest}.
 */
export type WebhookRequestHandler<Schemas extends DataSchemas = Record<never, never>> = RequestHandler<
  Request['params'],
  Request['body'],
  Request['body'],
  Request['query'],
  Locals<Schemas>
>;

/**
 * A request that `webhookMiddleware` has verified, with the `schemas` of its receiver.
 * @example
 * function onWebhook(req: WebhookRequest<typeof schemas>, res: Response) {
 *   console.log(getWebhook(req).event.event_type);
 *   res.json({ status: 'success' });
 * }
 * app.all('/webhook', webhookMiddleware(receiver), onWebhook);
 */
export type WebhookRequest<Schemas extends DataSchemas = Record<never, never>> = Parameters<
  WebhookRequestHandler<Schemas>
>[0];

/** The schemas of a request, from the type of its `res.locals`. For any other request, they are unknown. */
export type SchemasOf<Req> = Req extends { readonly res?: { readonly locals: infer L } | undefined }
  ? typeof typedBy extends keyof L
    ? L extends TypedBy<infer Schemas>
      ? Schemas
      : never
    : Record<never, never>
  : Record<never, never>;
