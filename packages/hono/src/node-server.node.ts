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

/** Whether others read the body too, and have begun to. */
type Readers = 'none' | 'some' | 'begun';

/**
 * A request that `@hono/node-server` serves. The body is read from Node's own request, which is faster, unless a middleware
 * has read the fetch request before, as `c.req.raw.clone().text()` does: the bytes are then kept there alone.
 */
class NodeServerDelivery extends NodeDelivery {
  readonly #incoming: IncomingRequest;
  readonly #request: Request;
  #readers: Readers | undefined;

  constructor(incoming: IncomingRequest, peer: () => string | undefined, request: Request) {
    super(incoming, peer);
    this.#incoming = incoming;
    this.#request = request;
  }

  override async readBody(limit: number, timeout: number): Promise<BodyRead> {
    // At once if there are readers: they would get the first chunk a turn before this one.
    if (this.#countReaders() === 'none') await this.#untilReadersBegin();
    if (this.#readers !== 'begun') return super.readBody(limit, timeout);
    return new WebDelivery(this.#request, () => undefined).readBody(limit, timeout);
  }

  override async discardBody(timeout: number): Promise<void> {
    if (this.#readers === undefined) await this.#untilReadersBegin();
    if (this.#readers === 'none') await super.discardBody(timeout);
    else await discardBody(this.#request.body, timeout);
  }

  /** A stream that has just been made of the request begins to read it one turn later. */
  async #untilReadersBegin(): Promise<void> {
    await undefined;
    this.#countReaders();
  }

  #countReaders(): Readers {
    const incoming = this.#incoming;
    const count = incoming.listenerCount('data') + incoming.listenerCount('readable');
    const readers = incoming.readableDidRead ? 'begun' : count > 0 ? 'some' : 'none';
    this.#readers = readers;
    return readers;
  }
}
