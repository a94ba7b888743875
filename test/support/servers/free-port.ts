import { once } from 'node:events';
import { createServer } from 'node:net';

/** Return a TCP port on 127.0.0.1 that no program uses now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('The socket has no port');
  return address.port;
}
