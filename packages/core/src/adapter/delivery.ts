import type { RejectionCode } from '../outcome/rejections.ts';

/** The body's bytes, or the code of the reason why they are not available. */
export type BodyRead =
  | Uint8Array
  | Extract<RejectionCode, 'body_too_large' | 'body_timeout' | 'body_already_parsed' | 'request_aborted'>;

/**
 * One HTTP request that carries one event, independent of any framework. `NodeDelivery` wraps a `node:http` request,
 * `WebDelivery` a fetch `Request`. An adapter for anything else implements this interface.
 */
export interface Delivery {
  readonly method: string;
  /**
   * The client's address: the socket's address, or the return value of `clientIp`. `undefined` if it is unknown. The
   * receiver reads it once. If a getter throws, the receiver handles the error.
   */
  readonly peer: string | undefined;
  /**
   * Return a header's value.
   * @param name in lowercase
   * @returns the value. Several values of one name are joined by `, `
   */
  header(name: string): string | undefined;
  /**
   * Return all headers in their order, each with its value. Called only for a rejected request that is kept (see the option
   * `keepRejected`). If you omit this method, such a request is kept without headers.
   */
  headers?(): Iterable<readonly [name: string, value: string]>;
  /**
   * Read the body: the bytes as they were sent, never a parsed body that is serialized again. Called at most once, and
   * only if the headers are acceptable.
   * @param limit bytes. As soon as a body exceeds it, the result is `body_too_large`
   * @param timeout milliseconds for the complete body. After that, the result is `body_timeout`
   */
  readBody(limit: number, timeout: number): Promise<BodyRead>;
  /**
   * Read and discard the rest of the body, so that a sender that is still writing can read the response. Called after a
   * rejection. If it returns a promise, the receiver waits for the promise before the adapter responds. Return one on a
   * runtime that stops reading the request once it has the response.
   * @param timeout milliseconds, after which the connection may be closed
   */
  discardBody?(timeout: number): void | Promise<void>;
  /**
   * Called when the response to this delivery is the last one on its connection (see `HttpResponse.closesConnection`).
   * Omit this method if the transport does not pipeline requests.
   */
  closeConnection?(): void;
  /**
   * Whether the response to an earlier request closes the connection, so that no response to this delivery can be sent.
   * The receiver then does not process this delivery (RFC 9112, section 9.6).
   */
  readonly connectionClosing?: boolean;
  /**
   * Keep the process running until a promise settles, even after the response. Omitted on a platform that keeps running
   * anyway, such as a server. The promise never rejects.
   */
  readonly waitUntil?: WaitUntil | undefined;
}

/** The `waitUntil` function of a Cloudflare execution context, or of a similar platform. */
export type WaitUntil = (promise: Promise<unknown>) => void;
