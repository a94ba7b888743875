import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { DataSchemas } from '../events/schemas.ts';
import { type Outcome, toAnswer } from '../outcome.ts';
import type { Receiver } from '../receiver.ts';
import { NodeDelivery } from './delivery.ts';

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

/**
 * Serves a receiver from plain `node:http`, on every path that reaches it.
 * @returns a request listener; its promise is not rejected
 * @example
 * createServer(webhookListener(receiver)).listen(3000);
 */
export function webhookListener<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  { clientIp = socketAddress }: NodeHandlerOptions = {},
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  receiver.start();
  return async (req, res) => {
    sendOutcome(res, await receiver.receive(new NodeDelivery(req, () => clientIp(req))));
  };
}

/** The address of the socket's other end: what `clientIp` is by default. */
export function socketAddress({
  socket,
}: {
  readonly socket: Pick<Socket, 'remoteAddress'>;
}): string | undefined {
  return socket.remoteAddress;
}

/** Answers a `node:http` request by an outcome. Does nothing where the connection is gone. */
export function sendOutcome(res: ServerResponse, outcome: Outcome): void {
  if (res.headersSent || res.destroyed) return;
  const { status, headers, body } = toAnswer(outcome);
  res.writeHead(status, headers).end(body);
}
