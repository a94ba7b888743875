import type { BodyRead, Delivery } from '@spiderfoot-webhooks/core';
import { type IncomingRequest, NodeDelivery } from '@spiderfoot-webhooks/core/node';
import { discardBody, WebDelivery } from '@spiderfoot-webhooks/core/web';

/** Makes a delivery of a request that `@hono/node-server` serves. The two builds of this module agree on it. */
export type NodeServerDeliveryFactory = (
  incoming: IncomingRequest,
  peer: () => string | undefined,
  request: Request,
) => Delivery;

export const createNodeServerDelivery: NodeServerDeliveryFactory = (incoming, peer, request) =>
  new NodeServerDelivery(incoming, peer, request);

/**
 * Reads the body from Node's own request, which is faster than from the fetch request. It reads the fetch request if a
 * middleware has touched it, as bodyLimit and `c.req.raw.clone()` do: two readers of one stream pause it for each other,
 * and the body stops in the middle.
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
    if (await this.#isTouched()) await discardBody(this.#request.body, timeout);
    else await super.discardBody(timeout);
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
