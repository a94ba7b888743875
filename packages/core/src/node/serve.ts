import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { ConfigurationError } from '../errors.ts';
import { asOneReceiver, type ServedReceiver } from './receivers.ts';
import { closeOnSignals } from './signals.ts';

export interface ServeOptions {
  /** @default '127.0.0.1' */
  readonly host?: string;
  /**
   * 0 takes any that is free.
   * @default 3000
   */
  readonly port?: number;
  /**
   * Milliseconds that SIGTERM and SIGINT leave to what is in flight; then the process exits with 1.
   * @default 20000
   */
  readonly grace?: number;
  /**
   * Serves over TLS: `cert` and `key`, and for clients that must show a certificate `ca`, `requestCert` and
   * `rejectUnauthorized`.
   * @default undefined: plain HTTP, for behind a proxy that ends TLS
   */
  readonly tls?: TlsOptions;
  /** Called once everything in flight is through and the receiver is closed: close your store here. */
  readonly onClose?: () => Promise<void>;
}

export interface Serving {
  readonly server: Server;
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Takes no new connection, finishes what is in flight, closes the receiver, then what `onClose` closes. */
  close(): Promise<void>;
}

/**
 * Serves an app over HTTP as a webhook receiver should be: slow senders are cut off after seconds instead of
 * minutes, and SIGTERM or SIGINT finishes what is in flight and exits with 0 (a second Ctrl-C exits at once). Starts the
 * receiver's workers.
 * @param listener an Express app, `app.callback()` of Koa, `getRequestListener(app.fetch)` of Hono, or a listener
 * @param receivers the app's receiver, or a list of all its receivers, whatever their schemas
 * @example
 * const { url } = await serve(app, receiver, { port: 3000 });
 */
export async function serve(
  listener: RequestListener,
  receivers: ServedReceiver | readonly ServedReceiver[],
  { host = '127.0.0.1', port = 3000, grace = 20_000, tls, onClose = async () => {} }: ServeOptions = {},
): Promise<Serving> {
  if (typeof listener !== 'function') {
    throw new ConfigurationError(
      'listener',
      'is no function. Of Koa hand over app.callback(), of Hono getRequestListener(app.fetch) from @hono/node-server.',
    );
  }
  const receiver = asOneReceiver(receivers);
  const server = tls === undefined ? createServer(timeouts, listener) : createSecureServer(tls, listener);
  const answers = countAnswers(server);
  await listen(server, host, port);
  startWorkers(receiver, server);
  const { address, family, port: bound } = addressOf(server);
  const url = `${tls === undefined ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeGently(server, answers, receiver).then(onClose);
    return closing;
  };
  closeOnSignals(close, grace);
  return { server, url, close };
}

/** Starts the workers once the server listens, so that deliveries of an earlier run do not wait for the next request. */
function startWorkers(receiver: ServedReceiver, server: Server): void {
  try {
    receiver.start();
  } catch (error) {
    server.close();
    throw error;
  }
}

/** Milliseconds, in place of Node's 60 s and 300 s. */
const timeouts = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 2_000 };

function createSecureServer(tls: TlsOptions, listener: RequestListener): Server {
  try {
    return createTlsServer({ handshakeTimeout: timeouts.headersTimeout, ...tls, ...timeouts }, listener);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      'tls',
      `cannot be used: ${because}. Give cert and key in PEM that belong together.`,
    );
  }
}

const noAddress = (host: string) =>
  `${host} is no address of this machine. Choose one that is, 127.0.0.1 for this machine alone, or 0.0.0.0 for all.`;

/** What the system says where a server cannot listen, as the option at fault and the mend. */
const listenProblems: Readonly<
  Record<string, readonly [option: string, problem: (host: string, port: number) => string]>
> = {
  EADDRINUSE: [
    'port',
    (host, port) =>
      `${port} on ${host} is taken by another process. Choose another, or 0 for any that is free.`,
  ],
  EACCES: [
    'port',
    (_, port) => `${port} is not for this user. Choose one of 1024 or more, or put a proxy in front.`,
  ],
  EADDRNOTAVAIL: ['host', noAddress],
  ENOTFOUND: ['host', noAddress],
};

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const [option, problem] = listenProblems[error.code ?? ''] ?? [];
      if (option === undefined || problem === undefined) return reject(error);
      reject(new ConfigurationError(option, problem(host, port)));
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

async function closeGently(server: Server, answers: OpenAnswers, receiver: ServedReceiver): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A kept-alive connection becomes idle only once its last answer is out.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  await receiver.close();
  await answers.done();
  // What is left has sent no request: a browser's spare connection, a load balancer's look.
  server.closeAllConnections();
  await closed;
  clearInterval(idle);
}

/** The requests that have not been answered to their end. */
interface OpenAnswers {
  done(): Promise<void>;
}

function countAnswers(server: Server): OpenAnswers {
  let open = 0;
  let onDone: (() => void) | undefined;
  server.on('request', (_req, res) => {
    open++;
    res.once('close', () => {
      open--;
      if (open === 0) onDone?.();
    });
  });
  return {
    done: () =>
      new Promise((resolve) => {
        onDone = resolve;
        if (open === 0) resolve();
      }),
  };
}
