import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';

/** What a sink has been sent. */
export interface Sent {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** A service that events are sent on to. */
export interface Sink {
  readonly url: string;
  readonly port: number;
  /** What was answered with 2xx, in that order. */
  readonly taken: readonly Sent[];
  /** Everything that has come, whatever became of it. */
  readonly requests: number;
  close(): Promise<void>;
}

/** What becomes of a request: a status, with 2xx to take it, or a connection that is cut. */
export type Answer = number | 'cut';

export interface SinkOptions {
  readonly tls?: TlsOptions;
  /** @default any that is free */
  readonly port?: number;
}

/**
 * Starts a service on loopback that takes JSON.
 * @param answerTo decides, for each request as it has come whole
 */
export async function startSink(
  answerTo: (sent: Sent) => Answer,
  { tls, port: wanted = 0 }: SinkOptions = {},
): Promise<Sink> {
  const taken: Sent[] = [];
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
      if (answer >= 200 && answer < 300) taken.push(sent);
      res.writeHead(answer).end('ok');
    });
  };
  const server: Server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    taken,
    get requests() {
      return requests;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
