import { createServer } from 'node:http';
import { routeOperations } from '../server/route-requests.ts';
import type { Operations } from './operations.ts';

/** A server for health and metrics on a separate port. */
export interface OperationsServer {
  readonly url: string;
  close(): void;
}

/** Serve health and metrics on a separate port. Rejects if the server cannot listen. */
export async function serveOperations(
  operations: Operations,
  host: string,
  port: number,
): Promise<OperationsServer> {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 15_000 },
    routeOperations(operations),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server does not listen on a TCP port');
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
