import type { Server } from 'node:http';

/** A server that listens beside the webhooks. */
export interface ListeningServer {
  readonly url: string;
  close(): void;
}

/** Listen on an address. Rejects if the server cannot listen. */
export async function listenOn(server: Server, host: string, port: number): Promise<ListeningServer> {
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
