import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '../errors.ts';
import type { DataSchemas } from '../events/schemas.ts';
import type { Receiver } from '../receiver.ts';

export interface ServeOptions {
  /** @default '127.0.0.1' */
  readonly host?: string;
  /**
   * 0 takes any that is free.
   * @default 3000
   */
  readonly port?: number;
}

export interface Serving {
  readonly server: Server;
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Takes no new connection, finishes what is in flight, closes the receiver. */
  close(): Promise<void>;
}

/**
 * Serves an app over HTTP as a webhook receiver should be: slow senders are cut off after seconds instead of
 * minutes, and SIGTERM or SIGINT finishes what is in flight and exits with 0.
 * @param listener an Express app, `app.callback()` of Koa, `getRequestListener(app.fetch)` of Hono, or a listener
 * @example
 * const { url } = await serve(app, receiver, { port: 3000 });
 */
export async function serve<Schemas extends DataSchemas>(
  listener: RequestListener,
  receiver: Receiver<Schemas>,
  { host = '127.0.0.1', port = 3000 }: ServeOptions = {},
): Promise<Serving> {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 2_000 },
    listener,
  );
  await listen(server, host, port);
  const { address, family, port: bound } = addressOf(server);
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeGently(server, receiver);
    return closing;
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void close().then(() => process.exit(0)));
  }
  return { server, url, close };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new ConfigurationError(
              'port',
              `${port} on ${host} is taken by another process. Choose another, or 0 for any that is free.`,
            )
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server does not listen on a TCP port');
  return address;
}

async function closeGently<Schemas extends DataSchemas>(
  server: Server,
  receiver: Receiver<Schemas>,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A kept-alive connection becomes idle only once its last answer is out.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  await receiver.close();
  await closed;
  clearInterval(idle);
}
