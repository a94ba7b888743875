import type { DataSchemas } from '../events/schemas.ts';
import { type Outcome, toAnswer } from '../outcome.ts';
import type { Receiver } from '../receiver.ts';
import { WebDelivery } from './delivery.ts';

export interface FetchHandlerOptions {
  /**
   * The client's address, which a fetch `Request` does not tell. Needed for `allowedIps`: without it the address
   * is not known, and an allow list refuses.
   * @example clientIp: (request) => server.requestIP(request)?.address // Bun
   */
  readonly clientIp?: (request: Request) => string | undefined;
}

/**
 * Serves a receiver from anything that speaks fetch: Bun, Deno, workers, Next.js routes.
 * @example
 * export const POST = fetchHandler(receiver); // a Next.js route
 * @example
 * Deno.serve((request, info) => fetchHandler(receiver, { clientIp: () => info.remoteAddr.hostname })(request));
 */
export function fetchHandler<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  { clientIp }: FetchHandlerOptions = {},
): (request: Request) => Promise<Response> {
  receiver.mount('handlers');
  return async (request) =>
    toResponse(await receiver.receive(new WebDelivery(request, () => clientIp?.(request))));
}

/** A fetch `Response` to an outcome. */
export function toResponse(outcome: Outcome): Response {
  const { status, headers, body } = toAnswer(outcome);
  return new Response(body, { status, headers });
}
