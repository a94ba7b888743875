import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** More requests than a client that pipelines on purpose sends, and fewer than one packet can hold. */
const maxPipelined = 100;

/**
 * Close a connection on which more than 100 requests wait for their responses, on any route. Node reads and starts any
 * number of pipelined requests, so a single connection could block the event loop for seconds.
 */
export function limitPipelining(server: Server): void {
  const waiting = new WeakMap<Socket, number>();
  server.prependListener('request', ({ socket }, res) => {
    const count = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, count);
    if (count > maxPipelined) res.shouldKeepAlive = false;
    res.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
  });
}
