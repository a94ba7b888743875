// cspell:ignore PGSQL
import { connect } from 'node:net';
import type pg from 'pg';

/** Milliseconds that sending a cancel request may take. */
const sendLimit = 1000;

/** The number in place of a version of PostgreSQL's protocol by which the server recognizes a cancel request. */
const cancelRequest = 80_877_102;

/**
 * Ask the server to end the running statement of a connection. The server does not notice that a connection was closed while
 * its statement waits for a lock. Without a cancel request, each late statement would occupy one of the server's connections
 * until the lock is released, and would be executed then.
 * @returns a promise that resolves when the server has read the request, or after a second. Never rejects
 */
export function cancelStatement(client: pg.ClientBase & Pick<pg.Client, 'host' | 'port'>): Promise<void> {
  const [process, key]: readonly unknown[] = [
    Reflect.get(client, 'processID'),
    Reflect.get(client, 'secretKey'),
  ];
  if (typeof process !== 'number' || typeof key !== 'number') return Promise.resolve();
  const request = Buffer.alloc(16);
  for (const [index, value] of [request.length, cancelRequest, process, key].entries()) {
    request.writeInt32BE(value, index * 4);
  }
  const { host, port } = client;
  const socket = host.startsWith('/')
    ? connect({ path: `${host}/.s.PGSQL.${port}` })
    : connect({ host, port: Number(port) });
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), sendLimit);
    socket
      .on('error', () => {})
      .once('close', () => {
        clearTimeout(timer);
        resolve();
      })
      .resume()
      // The server closes the connection when it has passed the request on.
      .write(request);
  });
}
