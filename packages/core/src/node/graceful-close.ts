import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { onSocketClose } from '../adapter/node/socket-close.ts';

/** The interval at which a closing server checks its open connections, in milliseconds. */
const sweepEvery = 50;

/** The number of checks for which a closing server waits for a client that does not send or read: 2 s. */
const maxStalledChecks = 40;

/** A request whose response is not complete. */
interface OpenRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The number of checks at which the request was waiting for its client. */
  stalled: number;
}

/**
 * Track the connections of a server, so that it can be closed gracefully even if its clients stall.
 * @returns a function that stops accepting connections, lets the receiver finish, waits for open responses and closes
 *   all connections. A client that does not send the rest of its request, or does not read its response, is
 *   disconnected after 2 s.
 */
export function prepareGracefulClose(server: Server): (closeReceiver: () => Promise<void>) => Promise<void> {
  const sockets = trackSockets(server);
  const open = new Set<OpenRequest>();
  let closing = false;
  let onDone = () => {};

  // Run before the app's own listener, which may respond at once.
  server.prependListener('request', (req, res) => {
    if (closing) res.shouldKeepAlive = false;
    const request = { req, res, stalled: 0 };
    open.add(request);
    const settle = () => {
      forget();
      open.delete(request);
      if (open.size === 0) onDone();
    };
    const forget = onSocketClose(req.socket, settle);
    res.once('close', settle);
  });

  function responsesDone(): Promise<void> {
    return new Promise((resolve) => {
      onDone = resolve;
      if (open.size === 0) resolve();
    });
  }

  function sweep(): void {
    // A keep-alive connection becomes idle only after its last response is sent.
    server.closeIdleConnections();
    for (const request of open) {
      if (waitsForClient(request) && ++request.stalled > maxStalledChecks) request.req.socket.destroy();
    }
  }

  return async function close(closeReceiver) {
    closing = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const { res } of open) res.shouldKeepAlive = false;
    const timer = setInterval(sweep, sweepEvery);
    try {
      await closeReceiver();
      await responsesDone();
      // The remaining connections have no open request. For example, they are a browser's spare connection, an incomplete
      // request head, a TLS handshake or a WebSocket.
      for (const socket of sockets) socket.destroy();
      await closed;
    } finally {
      clearInterval(timer);
    }
  };
}

/** Track sockets, because `closeAllConnections` skips upgraded connections and connections in their TLS handshake. */
function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

function waitsForClient({ req, res }: OpenRequest): boolean {
  // A response without a socket waits behind another request of the same connection.
  if (res.socket === null) return false;
  return !req.complete || res.writableEnded || res.writableNeedDrain;
}
