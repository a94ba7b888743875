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
   * The client's address: the socket's, or what `clientIp` returns. `undefined` if it is unknown. The receiver reads it
   * once. If a getter throws, the receiver handles the error.
   */
  readonly peer: string | undefined;
  /**
   * Return a header's value.
   * @param name in lower case
   * @returns the value; several values of one name are joined by `, `
   */
  header(name: string): string | undefined;
  /**
   * Read the body: the bytes as they were sent, never a parsed body that is serialized again. Called at most once, and
   * only if the headers are acceptable.
   * @param limit bytes. A larger body is `body_too_large`, as soon as the limit is exceeded
   * @param timeout milliseconds for the whole body. After that, it is `body_timeout`
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
   * Called when the answer to this delivery is the last one on its connection (see `HttpResponse.closesConnection`). Omit
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
