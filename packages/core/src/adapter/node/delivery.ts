import type { IncomingMessage } from 'node:http';
import type { BodyRead, Delivery } from '../delivery.ts';
import { discardBody, readBody, readState, untilEnd } from './body.ts';
import { createPipelining } from './pipelining.ts';
import { keptBytes } from './raw-body.ts';

const pipelining = createPipelining();

/** A `node:http` request as a delivery. */
export class NodeDelivery implements Delivery {
  readonly #req: IncomingMessage;
  readonly #carrier: object;
  readonly #peer: () => string | undefined;
  readonly #place = pipelining.nextPlace();

  /**
   * @param peer returns the client's address, or `undefined` if it is unknown
   * @param carrier the object on which body parsers set their results, if it is not the request: Koa's `ctx.request`
   */
  constructor(req: IncomingMessage, peer: () => string | undefined, carrier: object = req) {
    this.#req = req;
    this.#carrier = carrier;
    this.#peer = peer;
  }

  get peer(): string | undefined {
    return this.#peer();
  }

  get method(): string {
    return this.#req.method ?? '';
  }

  readonly header = (name: string): string | undefined => {
    const value = this.#req.headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  };

  /** The headers as they were sent, except on a platform that keeps only the parsed ones. */
  *headers(): Generator<readonly [string, string]> {
    const { rawHeaders = [], headers } = this.#req;
    for (let at = 0; at + 1 < rawHeaders.length; at += 2)
      yield [rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''];
    if (rawHeaders.length > 0) return;
    for (const name of Object.keys(headers)) yield [name, this.header(name) ?? ''];
  }

  async readBody(limit: number, timeout: number): Promise<BodyRead> {
    const req = this.#req;
    const state = readState(req);
    let kept = keptBytes(req, this.#carrier);
    if (kept === undefined) return readBody(req, limit, timeout);
    if (state === 'reading' && String(kept.byteLength) !== req.headers['content-length']) {
      // A middleware is still collecting the body. These are only its first bytes.
      const failure = await untilEnd(req, timeout, () => undefined);
      if (failure !== undefined) return failure;
      kept = keptBytes(req, this.#carrier) ?? kept;
    }
    return kept;
  }

  discardBody(timeout: number): void | Promise<void> {
    return discardBody(this.#req, timeout);
  }

  closeConnection(): void {
    const { socket, httpVersionMajor } = this.#req;
    // HTTP/2 requests share a connection without waiting for each other. A platform that calls the app without a
    // server may pass no socket.
    if (httpVersionMajor === 1 && socket) pipelining.endAt(socket, this.#place);
  }

  get connectionClosing(): boolean {
    return pipelining.isBehindEnd(this.#req.socket, this.#place);
  }
}
