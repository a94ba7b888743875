import type { Delivery } from '@spiderfoot-webhooks/core';
import { type IncomingRequest, NodeDelivery } from '@spiderfoot-webhooks/core/node';
import { WebDelivery } from '@spiderfoot-webhooks/core/web';
import type { Context } from 'hono';

/** A Hono request as a delivery. On Node it is read from the socket's own request, which is faster and tells the peer. */
export function toDelivery(c: Context, clientIp: ((c: Context) => string | undefined) | undefined): Delivery {
  const kept = keptBytes(c);
  const incoming = incomingOf(c);
  const peer = clientIp === undefined ? incoming?.socket.remoteAddress : clientIp(c);
  if (incoming !== undefined && kept === undefined && isUntouched(incoming))
    return new NodeDelivery(incoming, peer);
  return new WebDelivery(c.req.raw, peer, kept);
}

/** What `c.req.text()` and the like have read is kept as it came; `c.req.json()` keeps the text. */
function keptBytes({ req: { bodyCache } }: Context): Promise<Uint8Array> | undefined {
  const { arrayBuffer, text } = bodyCache;
  if (arrayBuffer !== undefined) return Promise.resolve(arrayBuffer).then((buffer) => new Uint8Array(buffer));
  if (text !== undefined) return Promise.resolve(text).then((kept) => new TextEncoder().encode(kept));
  return undefined;
}

/** `@hono/node-server` binds Node's own request. */
function incomingOf({ env }: Context): IncomingRequest | undefined {
  const incoming: unknown = typeof env === 'object' && env !== null ? env.incoming : undefined;
  return isIncoming(incoming) ? incoming : undefined;
}

function isIncoming(value: unknown): value is IncomingRequest {
  return typeof value === 'object' && value !== null && 'socket' in value && 'readableDidRead' in value;
}

/** A middleware that wraps the body, such as bodyLimit, reads from the request under our hands. */
function isUntouched(incoming: IncomingRequest): boolean {
  return incoming.listenerCount('data') === 0 && incoming.listenerCount('readable') === 0;
}
