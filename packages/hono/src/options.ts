import type { WaitUntil } from '@spiderfoot-webhooks/core/adapter';
import type { Context } from 'hono';

/** The options of `webhookHandler` and `webhookMiddleware`. */
export interface WebhookOptions {
  /**
   * Return the client's address. On platforms other than `@hono/node-server`, the address is unknown without this option,
   * and `allowedIps` rejects unknown addresses.
   * @default the socket's address, with `@hono/node-server`
   * @example clientIp: (c) => getConnInfo(c).remote.address // from hono/bun, hono/deno, …
   */
  readonly clientIp?: (c: Context) => string | undefined;
  /**
   * Keep the process running until a promise settles, on a platform that freezes it after the response. On such a
   * platform, it is required for `memoryQueue()` and for listeners that return a promise.
   * @default c.executionCtx.waitUntil, if the platform passes an execution context to app.fetch
   */
  readonly waitUntil?: WaitUntil;
}
