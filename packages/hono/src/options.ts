import type { WaitUntil } from '@spiderfoot-webhooks/core/adapter';
import type { Context } from 'hono';

export interface WebhookOptions {
  /**
   * Return the client's address. Required for `allowedIps` on platforms other than `@hono/node-server`, because
   * `allowedIps` rejects unknown addresses.
   * @default the socket's address behind `@hono/node-server`; unknown on other platforms
   * @example clientIp: (c) => getConnInfo(c).remote.address // from hono/bun, hono/deno, …
   */
  readonly clientIp?: (c: Context) => string | undefined;
  /**
   * Keep the process running until a promise settles, on a platform that freezes it after the answer. Required there
   * for `memoryQueue()` and for listeners that return a promise.
   * @default `c.executionCtx.waitUntil`, if the platform passes an execution context to `app.fetch`
   */
  readonly waitUntil?: WaitUntil;
}
