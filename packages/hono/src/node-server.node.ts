import { EventEmitter } from 'node:events';
import type { BodyRead, Delivery } from '@spiderfoot-webhooks/core/adapter';
import { discardBody, WebDelivery } from '@spiderfoot-webhooks/core/adapter';
import {
  type IncomingRequest,
  NodeDelivery,
  surviveFailingPatches,
} from '@spiderfoot-webhooks/core/adapter/node';

/** Creates the delivery of a request from `@hono/node-server`. Both builds of this module export it. */
export type NodeServerDeliveryFactory = (
  incoming: IncomingRequest,
  peer: () => string | undefined,
  request: Request,
) => Delivery;

export const createNodeServerDelivery: NodeServerDeliveryFactory = (incoming, peer, request) =>
  new NodeServerDelivery(incoming, peer, request);

/**
 * Prepare Node's own response, which `@hono/node-server` binds, before the outcome is sent. A response method that a
 * middleware outside of Hono has patched may throw, and the connection may have to close.
 */
export function prepareResponse(env: unknown, closesConnection: boolean): void {
  if (typeof env !== 'object' || env === null || !('outgoing' in env)) return;
  if ('incoming' in env) surviveFailingOff(env.incoming);
  const { outgoing } = env;
  if (typeof outgoing !== 'object' || outgoing === null) return;
  surviveFailingPatches(outgoing);
  // After an error, @hono/node-server ends the response a second time. On Deno that is an event of the response, and
  // without a listener it would end the process.
  if (outgoing instanceof EventEmitter) outgoing.on('error', ignore);
  // Node then sends `Connection: close`. This has no effect in HTTP/2, which forbids the header.
  if (closesConnection && isKeptAlive(outgoing)) outgoing.shouldKeepAlive = false;
}

function ignore(): void {}

/**
 * @hono/node-server removes its listeners from the request by a timer. If an app has replaced `off` and it throws
 * there, nothing catches the error, and the process ends.
 */
function surviveFailingOff(incoming: unknown): void {
  if (!(incoming instanceof EventEmitter) || !Object.hasOwn(incoming, 'off')) return;
  const patched = incoming.off;
  const off: EventEmitter['off'] = (name, listener) => {
    try {
      return Reflect.apply(patched, incoming, [name, listener]);
    } catch {
      return EventEmitter.prototype.off.call(incoming, name, listener);
    }
  };
  // Unlike an assignment, this does not throw if the app has frozen the request.
  Reflect.defineProperty(incoming, 'off', { value: off, configurable: true, writable: true });
}

function isKeptAlive(value: object): value is { shouldKeepAlive: boolean } {
  return 'shouldKeepAlive' in value;
}

/** Whether other readers of the body exist, and whether they have begun to read. */
type Readers = 'none' | 'some' | 'begun';

/**
 * Reads the body from Node's own request, which is faster than the fetch request. Reads the fetch request if a
 * middleware has begun to read it, for example with `c.req.raw.clone().text()`: only the fetch request then has the
 * first bytes.
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
    // Do not wait if there are other readers. They would get the first chunk one turn before this reader.
    if (this.#countReaders() === 'none') await this.#untilReadersBegin();
    if (this.#readers !== 'begun') return super.readBody(limit, timeout);
    return new WebDelivery(this.#request, () => undefined).readBody(limit, timeout);
  }

  override async discardBody(timeout: number): Promise<void> {
    if (this.#readers === undefined) await this.#untilReadersBegin();
    if (this.#readers === 'none') await super.discardBody(timeout);
    else await discardBody(this.#request.body, timeout);
  }

  /** Wait one turn, because a stream that was just created from the request begins to read one turn later. */
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
