import { createServer } from 'node:http';
import { type ListeningServer, listenOn } from '../../server/listening-server.ts';
import { routeOperations } from '../server/route-requests.ts';
import type { Operations } from './operations.ts';

/** Serve health and metrics on a separate port. Rejects if the server cannot listen. */
export async function serveOperations(
  operations: Operations,
  host: string,
  port: number,
): Promise<ListeningServer> {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 15_000 },
    routeOperations(operations),
  );
  return listenOn(server, host, port);
}
