import type { BodyRead, Delivery } from '../delivery.ts';
import { readBody, takeBody } from './body.ts';

/** A fetch `Request` as a delivery. */
export class WebDelivery implements Delivery {
  readonly #request: Request;
  readonly #kept: Promise<Uint8Array> | undefined;
  readonly #peer: () => string | undefined;

  /**
   * @param peer tells the client's address: a fetch request does not tell it, the platform does
   * @param kept the body's bytes, where a framework has read and kept them
   */
  constructor(request: Request, peer: () => string | undefined, kept?: Promise<Uint8Array>) {
    this.#request = request;
    this.#kept = kept;
    this.#peer = peer;
  }

  get peer(): string | undefined {
    return this.#peer();
  }

  get method(): string {
    return this.#request.method;
  }

  readonly header = (name: string): string | undefined => this.#request.headers.get(name) ?? undefined;

  readBody(limit: number, timeout: number): Promise<BodyRead> {
    return this.#kept === undefined
      ? readBody(this.#request, limit, timeout)
      : takeBody(this.#kept, limit, timeout);
  }
}
