import type { BodyRead, Delivery } from '@spiderfoot-webhooks/core';
import { type IncomingRequest, NodeDelivery } from '@spiderfoot-webhooks/core/node';
import { discardBody, WebDelivery } from '@spiderfoot-webhooks/core/web';
import type { Context } from 'hono';

/** A Hono request as a delivery. */
export function toDelivery(c: Context, clientIp: ((c: Context) => string | undefined) | undefined): Delivery {
  const kept = keptBytes(c);
  const incoming = incomingOf(c);
  const peer = () => (clientIp === undefined ? incoming?.socket.remoteAddress : clientIp(c));
  if (incoming === undefined || kept !== undefined) return new WebDelivery(c.req.raw, peer, kept);
  return new NodeServerDelivery(incoming, peer, c.req.raw);
}

/** What `c.req.text()` and the like have read is kept as it came; `c.req.json()` keeps the text. */
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

/** `@hono/node-server` binds Node's own request. */
function incomingOf({ env }: Context): IncomingRequest | undefined {
  const incoming: unknown = typeof env === 'object' && env !== null ? env.incoming : undefined;
  return isIncoming(incoming) ? incoming : undefined;
}

function isIncoming(value: unknown): value is IncomingRequest {
  return typeof value === 'object' && value !== null && 'socket' in value && 'readableDidRead' in value;
}

/**
 * A request that `@hono/node-server` serves, read from Node's own request, which is faster. Unless a middleware has had
 * its hands on the fetch request, as bodyLimit has and whoever calls `c.req.raw.clone()`: two readers of one stream
 * pause it for each other, and the body stops in the middle.
 */
class NodeServerDelivery extends NodeDelivery {
  readonly #incoming: IncomingRequest;
  readonly #request: Request;
  #touched: boolean | undefined;

  constructor(incoming: IncomingRequest, peer: () => string | undefined, request: Request) {
    super(incoming, peer);
    this.#incoming = incoming;
    this.#request = request;
  }

  override async readBody(limit: number, timeout: number): Promise<BodyRead> {
    if (!(await this.#isTouched())) return super.readBody(limit, timeout);
    return new WebDelivery(this.#request, () => undefined).readBody(limit, timeout);
  }

  override async discardBody(timeout: number): Promise<void> {
    if (await this.#isTouched()) discardBody(this.#request.body, timeout);
    else super.discardBody(timeout);
  }

  async #isTouched(): Promise<boolean> {
    // A stream that has just been made of the request begins to read it one turn later.
    await undefined;
    const { readableDidRead } = this.#incoming;
    const readers = this.#incoming.listenerCount('data') + this.#incoming.listenerCount('readable');
    this.#touched ??= readableDidRead || readers > 0;
    return this.#touched;
  }
}
