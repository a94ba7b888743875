import { checkMount } from '../adapter/check-mount.ts';
import type { WaitUntil } from '../adapter/delivery.ts';
import { WebDelivery } from '../adapter/web/delivery.ts';
import type { DataSchemas } from '../events/schemas.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { toHttpResponse } from '../outcome/response.ts';
import type { Receiver } from '../receiver/receiver.ts';

/** The options of {@link fetchHandler}. */
export interface FetchHandlerOptions {
  /**
   * Return the client's address, which a fetch `Request` does not contain. Required for `allowedIps`, which rejects
   * unknown addresses.
   * @example clientIp: (request) => server.requestIP(request)?.address // Bun
   */
  readonly clientIp?: (request: Request) => string | undefined;
  /**
   * Keep the process running until a promise settles, on a platform that freezes it after the response. On such a
   * platform, it is required for `memoryQueue()` and for listeners that return a promise.
   * @default waitUntil of the execution context that the platform passes to the handler after the request
   * @example waitUntil: (promise) => after(() => promise) // Next.js
   */
  readonly waitUntil?: WaitUntil;
}

/**
 * Create a handler for any platform that uses fetch requests: Bun, Deno, Cloudflare Workers, Next.js routes.
 * @returns a function of the request and of any other arguments that the platform passes. If one of them is an
 *   execution context, it is used for `waitUntil`.
 * @example
 * export const POST = fetchHandler(receiver); // a Next.js route
 * @example
 * export default { fetch: fetchHandler(receiver) }; // a Cloudflare worker
 * @example
 * Deno.serve((request, info) => fetchHandler(receiver, { clientIp: () => info.remoteAddr.hostname })(request));
 */
export function fetchHandler<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  options: FetchHandlerOptions = {},
): (request: Request, ...platform: readonly unknown[]) => Promise<Response> {
  checkMount(receiver, options, ['clientIp', 'waitUntil']);
  const { clientIp, waitUntil } = options;
  receiver.mount('handlers');
  return async (request, ...platform) => {
    const peer = () => clientIp?.(request);
    const delivery = new WebDelivery(request, peer, undefined, waitUntil ?? waitUntilOf(platform));
    return toResponse(await receiver.receive(delivery));
  };
}

function waitUntilOf(platform: readonly unknown[]): WaitUntil | undefined {
  const context = platform.find(isExecutionContext);
  return context && ((promise) => context.waitUntil(promise));
}

function isExecutionContext(value: unknown): value is { readonly waitUntil: WaitUntil } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'waitUntil' in value &&
    typeof value.waitUntil === 'function'
  );
}

/** Convert an outcome into a fetch `Response`. */
export function toResponse(outcome: Outcome): Response {
  const { status, headers, body } = toHttpResponse(outcome);
  return new Response(body, { status, headers });
}
