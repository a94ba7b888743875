import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** More than any client that pipelines on purpose, less than one packet can hold. */
const mostPipelined = 100;

/**
 * Closes a connection on which more than 100 requests wait for their answers, whatever their routes are. Node reads and
 * starts pipelined requests without end, so a single connection could hold the event loop for seconds.
 */
export function limitPipelining(server: Server): void {
  const waiting = new WeakMap<Socket, number>();
  server.prependListener('request', ({ socket }, res) => {
    const count = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, count);
    if (count > mostPipelined) res.shouldKeepAlive = false;
    res.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
  });
}
