import type { BodyRead, Delivery } from '@spiderfoot-webhooks/core';
import { type IncomingRequest, NodeDelivery, surviveFailingPatches } from '@spiderfoot-webhooks/core/node';
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
 * Prepares Node's own response, which `@hono/node-server` binds, for the answer: a method that a middleware outside of
 * Hono has patched may throw, and a connection may have to close.
 */
export function prepareResponse(env: unknown, closesConnection: boolean): void {
  if (typeof env !== 'object' || env === null || !('outgoing' in env)) return;
  const { outgoing } = env;
  if (typeof outgoing !== 'object' || outgoing === null) return;
  surviveFailingPatches(outgoing);
  // Node then writes `Connection: close`. In HTTP/2, which forbids that header, this has no effect.
  if (closesConnection && isKeptAlive(outgoing)) outgoing.shouldKeepAlive = false;
}

function isKeptAlive(value: object): value is { shouldKeepAlive: boolean } {
  return 'shouldKeepAlive' in value;
}

/** Whether others read the body too, and have begun to. */
type Readers = 'none' | 'some' | 'begun';

/**
 * Reads the body from Node's own request, which is faster than from the fetch request. It reads the fetch request if a
 * middleware has begun to read it, as `c.req.raw.clone().text()` does: the first bytes are then kept there alone.
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
