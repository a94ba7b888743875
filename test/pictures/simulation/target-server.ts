import { once } from 'node:events';
import { createServer } from 'node:http';

/** A target of a forwarder, on this machine. */
export interface TargetServer {
  readonly url: string;
  /** The status of its responses. */
  status: number;
  /** The time until it responds, in milliseconds. */
  delay: number;
  /** The number of requests that wait for this time. */
  readonly waiting: number;
  close(): void;
}

/** @param port 0 for a free port */
export async function startTargetServer(port = 0): Promise<TargetServer> {
  let waiting = 0;
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      const { status, delay } = target;
      waiting += 1;
      setTimeout(() => {
        waiting -= 1;
        response
          .writeHead(status, { 'content-type': 'text/plain' })
          .end(status === 200 ? 'ok' : 'maintenance');
      }, delay);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  const target = {
    url: `http://localhost:${address.port}/`,
    status: 200,
    delay: 0,
    get waiting() {
      return waiting;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return target;
}
