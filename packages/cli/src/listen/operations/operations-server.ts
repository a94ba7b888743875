import { createServer } from 'node:http';
import { routeOperations } from '../server/route-requests.ts';
import type { Operations } from './operations.ts';

/** Health and metrics on a port of their own. */
export interface OperationsServer {
  readonly url: string;
  close(): void;
}

/** Rejects if it cannot listen. */
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
  if (address === null || typeof address === 'string') throw new Error('It does not listen on a TCP port');
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
