import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Outcome } from '../../outcome/outcome.ts';
import { toHttpResponse } from '../../outcome/response.ts';
import { surviveFailingPatches } from './patched-response.ts';

/** The options of the adapters on `node:http`. */
export interface NodeHandlerOptions<Request = IncomingMessage> {
  /**
   * Return the client's address, for example behind a CDN that sends it in a header of its own. A client that can reach
   * the server without the CDN can then claim any address. `undefined` means that the address is unknown, and
   * `allowedIps` rejects the delivery.
   * @default the socket's address
   * @example clientIp: (req) => req.headers['cf-connecting-ip']?.toString()
   */
  readonly clientIp?: (req: Request) => string | undefined;
}

/** Return the socket's remote address, the default of `clientIp`. */
export function socketAddress({
  socket,
}: {
  readonly socket: Pick<Socket, 'remoteAddress'>;
}): string | undefined {
  return socket.remoteAddress;
}

/**
 * Respond to a `node:http` request with an outcome. Does nothing if the connection is closed or the app has already
 * responded.
 * @throws the error of a response method that the app has patched. The next call uses Node's own methods
 */
export function sendOutcome(res: ServerResponse, outcome: Outcome): void {
  if (res.headersSent || res.destroyed) return;
  surviveFailingPatches(res);
  const { status, headers, body, closesConnection } = toHttpResponse(outcome);
  // Node then sends `Connection: close`. This has no effect in HTTP/2, which forbids the header.
  if (closesConnection) res.shouldKeepAlive = false;
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  // Do not chain end() to writeHead(): a patched writeHead() may return nothing, as that of on-headers 1.0 does. Do not
  // call writeHead() first either: until headers are sent, the app can still respond after an error in a patched end().
  res.end(body);
}
