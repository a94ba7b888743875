import type { WaitUntil } from '../delivery.ts';
import type { DataSchemas } from '../events/schemas.ts';
import { type Outcome, toAnswer } from '../outcome.ts';
import type { Receiver } from '../receiver.ts';
import { WebDelivery } from './delivery.ts';

export interface FetchHandlerOptions {
  /**
   * The client's address, which a fetch `Request` does not have. `allowedIps` needs it: an unknown address is rejected.
   * @example clientIp: (request) => server.requestIP(request)?.address // Bun
   */
  readonly clientIp?: (request: Request) => string | undefined;
  /**
   * Keeps the process running until a promise settles, on a platform that freezes it after the answer. Needed for
   * `memoryQueue()` there, and for listeners that return a promise.
   * @default `waitUntil` of the execution context that the platform passes to the handler beside the request
   * @example waitUntil: (promise) => after(() => promise) // Next.js
   */
  readonly waitUntil?: WaitUntil;
}

/**
 * Serves a receiver on any platform that speaks fetch: Bun, Deno, workers, Next.js routes.
 * @returns a function of the request and of whatever the platform passes beside it. An execution context among that is
 *   used for `waitUntil`.
 * @example
 * export const POST = fetchHandler(receiver); // a Next.js route
 * @example
 * export default { fetch: fetchHandler(receiver) }; // a Cloudflare worker
 * @example
 * Deno.serve((request, info) => fetchHandler(receiver, { clientIp: () => info.remoteAddr.hostname })(request));
 */
export function fetchHandler<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  { clientIp, waitUntil }: FetchHandlerOptions = {},
): (request: Request, ...platform: readonly unknown[]) => Promise<Response> {
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

/** A fetch `Response` to an outcome. */
export function toResponse(outcome: Outcome): Response {
  const { status, headers, body } = toAnswer(outcome);
  return new Response(body, { status, headers });
}
