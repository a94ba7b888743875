import type { Delivery, WaitUntil } from '@spiderfoot-webhooks/core/adapter';
import { WebDelivery } from '@spiderfoot-webhooks/core/adapter';
import type { IncomingRequest } from '@spiderfoot-webhooks/core/adapter/node';
import type { Context } from 'hono';
import { createNodeServerDelivery } from '#node-server';
import type { WebhookOptions } from './options.ts';

/** Convert a Hono request into a delivery. */
export function toDelivery(c: Context, { clientIp, waitUntil }: WebhookOptions): Delivery {
  const kept = keptBytes(c);
  const incoming = incomingOf(c);
  const peer = () => (clientIp === undefined ? incoming?.socket.remoteAddress : clientIp(c));
  if (incoming === undefined) return new WebDelivery(c.req.raw, peer, kept, waitUntil ?? waitUntilOf(c));
  if (kept !== undefined || waitUntil !== undefined) {
    return new WebDelivery(c.req.raw, peer, kept, waitUntil);
  }
  return createNodeServerDelivery(incoming, peer, c.req.raw);
}

/** Return the execution context, if any. Hono's getter throws on a platform without one. */
function waitUntilOf(c: Context): WaitUntil | undefined {
  try {
    const { executionCtx } = c;
    return (promise) => executionCtx.waitUntil(promise);
  } catch {
    return undefined;
  }
}

/** Return the bytes that `c.req.text()`, `c.req.json()` or a similar method has read. Hono caches them unchanged. */
function keptBytes({ req: { bodyCache } }: Context): Promise<Uint8Array> | undefined {
  const { arrayBuffer, blob, text } = bodyCache;
  if (arrayBuffer !== undefined) return Promise.resolve(arrayBuffer).then((buffer) => new Uint8Array(buffer));
  if (blob !== undefined) {
    return Promise.resolve(blob)
      .then((kept) => kept.arrayBuffer())
      .then((buffer) => new Uint8Array(buffer));
  }
  if (text !== undefined) return Promise.resolve(text).then((kept) => new TextEncoder().encode(kept));
  return undefined;
}

/** Return Node's own request, which `@hono/node-server` binds. */
function incomingOf({ env }: Context): IncomingRequest | undefined {
  const incoming: unknown = typeof env === 'object' && env !== null ? env.incoming : undefined;
  return isIncoming(incoming) ? incoming : undefined;
}

function isIncoming(value: unknown): value is IncomingRequest {
  return typeof value === 'object' && value !== null && 'socket' in value && 'readableDidRead' in value;
}
