import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Outcome } from '../../outcome/outcome.ts';
import { toHttpResponse } from '../../outcome/response.ts';
import { surviveFailingPatches } from './patched-response.ts';

export interface NodeHandlerOptions<Request = IncomingMessage> {
  /**
   * The client's address, where the socket's is not it: behind a CDN that names it in a header of its own.
   * Whoever can reach the server without the CDN can then claim any address. `undefined` says that it is not known,
   * and `allowedIps` then refuses: the socket's would be the CDN's.
   * @default the socket's address
   * @example clientIp: (req) => req.headers['cf-connecting-ip']?.toString()
   */
  readonly clientIp?: (req: Request) => string | undefined;
}

/** The address of the socket's other end: what `clientIp` is by default. */
export function socketAddress({
  socket,
}: {
  readonly socket: Pick<Socket, 'remoteAddress'>;
}): string | undefined {
  return socket.remoteAddress;
}

/**
 * Answer a `node:http` request with an outcome. Does nothing if the connection is closed or the app has already
 * answered.
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
  // call writeHead() first either: until headers are sent, the app can still answer after an error in a patched end().
  res.end(body);
}
