import type { RejectionCode } from '../outcome/rejections.ts';

/** The body's bytes, or why they are not to be had. */
export type BodyRead =
  | Uint8Array
  | Extract<RejectionCode, 'body_too_large' | 'body_timeout' | 'body_already_parsed' | 'request_aborted'>;

/**
 * One HTTP request that carries one event, in no framework's terms. `core/node` and `core/web` make them of
 * `node:http` requests and of fetch `Request`s; an adapter for anything else implements this.
 */
export interface Delivery {
  readonly method: string;
  /**
   * The address of the socket's other end, or what stands in for it; `undefined` where it is not known. Asked for once:
   * what a user's own function does in a getter, the receiver answers for.
   */
  readonly peer: string | undefined;
  /**
   * A header's value.
   * @param name in lower case
   * @returns several of one name joined by `, `
   */
  header(name: string): string | undefined;
  /**
   * Read the body: the bytes as they came, never a parsed body written out again. Called once at most, and only
   * where the headers gave no reason to refuse.
   * @param limit bytes; one more is `body_too_large`, told as soon as it is seen
   * @param timeout milliseconds for the whole body; afterwards it is `body_timeout`
   */
  readBody(limit: number, timeout: number): Promise<BodyRead>;
  /**
   * Read and discard the rest of the body, so that a sender that is still writing can read the answer. Called after a
   * rejection. If it returns a promise, the receiver waits for the promise before the adapter answers. Return one on a
   * runtime that stops reading the request once it has the response.
   * @param timeout milliseconds, after which the connection may be cut
   */
  discardBody?(timeout: number): void | Promise<void>;
  /**
   * Called when the answer to this delivery is the last one on its connection (see `Answer.closesConnection`). Omit
   * this method if the transport does not pipeline requests.
   */
  closeConnection?(): void;
  /**
   * Whether the answer to an earlier request closes the connection, so that this delivery cannot be answered. The
   * receiver then does not process this delivery (RFC 9112, section 9.6).
   */
  readonly connectionClosing?: boolean;
  /**
   * Keep the process running until a promise settles, even after the answer. Omitted on a platform that keeps running
   * anyway, such as a server. The promise never rejects.
   */
  readonly waitUntil?: WaitUntil | undefined;
}

/** The `waitUntil` function of a Cloudflare execution context, or of a similar platform. */
export type WaitUntil = (promise: Promise<unknown>) => void;
