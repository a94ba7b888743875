import type { WaitUntil } from '@spiderfoot-webhooks/core';
import type { Context } from 'hono';

export interface WebhookOptions {
  /**
   * The client's address. Behind `@hono/node-server` it is the socket's. On other platforms `allowedIps` needs it: an
   * unknown address is rejected.
   * @example clientIp: (c) => getConnInfo(c).remote.address // from hono/bun, hono/deno, …
   */
  readonly clientIp?: (c: Context) => string | undefined;
  /**
   * Keeps the process running until a promise settles, on a platform that freezes it after the answer. Needed for
   * `memoryQueue()` there, and for listeners that return a promise.
   * @default `c.executionCtx.waitUntil`, if the platform has passed an execution context to `app.fetch`
   */
  readonly waitUntil?: WaitUntil;
}
