import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';

/** A request to a sink. */
export interface Sent {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** A service that events are forwarded to. */
export interface Sink {
  readonly url: string;
  readonly port: number;
  /** The requests that were answered with 2xx, in order. */
  readonly accepted: readonly Sent[];
  /** The number of all requests. */
  readonly requests: number;
  close(): Promise<void>;
}

/** The response to a request: a status, where 2xx accepts it, or a connection that is cut. */
export type Answer = number | 'cut';

export interface SinkOptions {
  readonly tls?: TlsOptions;
  /** @default any free port */
  readonly port?: number;
}

/**
 * Starts a service on loopback that accepts JSON.
 * @param answerTo returns the response to a complete request
 */
export async function startSink(
  answerTo: (sent: Sent) => Answer,
  { tls, port: requestedPort = 0 }: SinkOptions = {},
): Promise<Sink> {
  const accepted: Sent[] = [];
  let requests = 0;
  const listener: RequestListener = (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      requests += 1;
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const sent = { path: req.url ?? '', headers: req.headers, body };
      const answer = answerTo(sent);
      if (answer === 'cut') return void req.socket.destroy();
      if (answer >= 200 && answer < 300) accepted.push(sent);
      res.writeHead(answer).end('ok');
    });
  };
  const server: Server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(requestedPort, '127.0.0.1', resolve));
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    accepted,
    get requests() {
      return requests;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
