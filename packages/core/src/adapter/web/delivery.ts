import type { BodyRead, Delivery, WaitUntil } from '../delivery.ts';
import { discardBody, maxDiscarded, readBody, takeBody } from './body.ts';

/** A fetch `Request` as a delivery. */
export class WebDelivery implements Delivery {
  readonly #request: Request;
  readonly #kept: Promise<Uint8Array> | undefined;
  readonly #peer: () => string | undefined;
  readonly waitUntil: WaitUntil | undefined;
  /** The time at which reading began. */
  #since: number | undefined;

  /**
   * @param peer returns the client's address, which the platform knows and a fetch request does not contain
   * @param kept the body's bytes, if a framework has already read them
   * @param waitUntil keeps the process running after the response, on a platform that would freeze it
   */
  constructor(
    request: Request,
    peer: () => string | undefined,
    kept?: Promise<Uint8Array>,
    waitUntil?: WaitUntil,
  ) {
    this.#request = request;
    this.#kept = kept;
    // A delivery may be rejected before its body is awaited. If the sender then disconnects, the rejection of a promise
    // that nothing awaits would end the process.
    kept?.catch(() => {});
    this.#peer = peer;
    this.waitUntil = waitUntil;
  }

  get peer(): string | undefined {
    return this.#peer();
  }

  get method(): string {
    return this.#request.method;
  }

  readonly header = (name: string): string | undefined => this.#request.headers.get(name) ?? undefined;

  headers(): Iterable<readonly [string, string]> {
    return this.#request.headers;
  }

  readBody(limit: number, timeout: number): Promise<BodyRead> {
    this.#since = performance.now();
    return this.#kept === undefined ? readBody(this.#request, limit, timeout) : takeBody(this.#kept, timeout);
  }

  /** The time limit includes the time that {@link readBody} took. */
  async discardBody(timeout: number): Promise<void> {
    if (Number(this.header('content-length')) > maxDiscarded) return;
    const spent = this.#since === undefined ? 0 : performance.now() - this.#since;
    await discardBody(this.#request.body, Math.max(0, timeout - spent));
  }
}
