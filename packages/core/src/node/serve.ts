import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { ConfigurationError, messageOf } from '../errors.ts';
import { readCount, readNumber } from '../options/number-options.ts';
import { readPort } from '../options/settings.ts';
import type { Logger } from '../reporting/logger.ts';
import { closeOnSignals } from './close-on-signals.ts';
import { combineReceivers, type ServedReceiver } from './combine-receivers.ts';
import { limitConnections } from './connection-limit.ts';
import { prepareGracefulClose } from './graceful-close.ts';
import { lineLogger } from './logger.ts';
import { limitPipelining } from './pipelining-limit.ts';

/** The options of {@link serve}. An invalid value is a `ConfigurationError`. */
export interface ServeOptions {
  /**
   * The address on which the server listens. The default accepts only local connections. In a container, use `0.0.0.0`.
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * The port on which the server listens. 0 selects a free port.
   * @default 3000
   */
  readonly port?: number;
  /**
   * The time limit for requests in flight after SIGTERM, SIGINT or SIGHUP, in milliseconds. When it is exceeded, the
   * process exits with code 1. A client that does not send the rest of its request, or does not read its response, is
   * disconnected after 2 s.
   * @default 20000
   */
  readonly grace?: number;
  /**
   * How long an idle connection is kept open for the next request, in milliseconds. It must exceed the idle timeout
   * of a load balancer in front of the server: 60 s for most load balancers, 600 s for those of Google Cloud.
   * Otherwise the load balancer sends requests on connections that are being closed.
   * @default 65000
   * @example keepAliveTimeout: 620_000
   */
  readonly keepAliveTimeout?: number;
  /**
   * The maximum number of open connections. Additional connections are closed as soon as they are accepted, and
   * `logger` gets a warning at most once a minute. The limit bounds the memory that unauthenticated clients can use:
   * `maxConnections` times the receiver's `maxBodySize`, which is 256 MiB with both defaults.
   * @default 256
   */
  readonly maxConnections?: number;
  /**
   * A logger for warnings about connections and errors of the server.
   * @default lineLogger(), which writes to standard error
   */
  readonly logger?: Pick<Logger, 'warn' | 'error'>;
  /**
   * Serve over TLS with these options: `cert` and `key`. To require client certificates, add `ca`, `requestCert` and
   * `rejectUnauthorized`.
   * @default undefined: plain HTTP, for a server behind a proxy that terminates TLS
   */
  readonly tls?: TlsOptions;
  /** Called after all requests in flight are finished and the receiver is closed. Close your store here. */
  readonly onClose?: () => Promise<void>;
}

/** A server that {@link serve} has started. */
export interface Serving {
  /** The server of `node:http` or `node:https`. */
  readonly server: Server;
  /** The URL of the server, for example `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Stop accepting connections, finish requests in flight, close the receiver, then call `onClose`. */
  close(): Promise<void>;
}

/**
 * Serve an app over HTTP or HTTPS with defaults for a webhook receiver: slow senders are disconnected after seconds
 * instead of minutes. After SIGTERM, SIGINT or SIGHUP, the server finishes requests in flight, and the process exits with
 * code 0. A second Ctrl-C exits immediately. This function also starts the receiver's workers. If the store connects to a
 * server, this function first waits until the store can be used, and rejects with its error if it cannot.
 * @param listener an Express app, `app.callback()` of Koa, `getRequestListener(app.fetch)` of Hono, or a listener
 * @param receivers the app's receiver, or a list of all its receivers
 * @example
 * const { url } = await serve(app, receiver, { port: 3000 });
 */
export async function serve(
  listener: RequestListener,
  receivers: ServedReceiver | readonly ServedReceiver[],
  {
    host = '127.0.0.1',
    port = 3000,
    grace = 20_000,
    keepAliveTimeout = 65_000,
    maxConnections = 256,
    logger = lineLogger(),
    tls,
    onClose = async () => {},
  }: ServeOptions = {},
): Promise<Serving> {
  if (typeof listener !== 'function') {
    throw new ConfigurationError(
      'listener',
      'must be a request listener. For Koa, pass app.callback(). For Hono, pass getRequestListener(app.fetch) from @hono/node-server.',
    );
  }
  const receiver = combineReceivers(receivers);
  readNumber('grace', grace, 'milliseconds');
  readNumber('keepAliveTimeout', keepAliveTimeout, 'milliseconds');
  readCount('maxConnections', maxConnections, 'connections');
  readPort('logger', logger, ['warn', 'error']);
  const limits = { ...timeouts, keepAliveTimeout };
  const server =
    tls === undefined ? createServer(limits, listener) : createSecureServer(tls, limits, listener);
  limitConnections(server, maxConnections, logger);
  limitPipelining(server);
  const closeGracefully = prepareGracefulClose(server);
  await receiver.ready();
  await listen(server, host, port);
  // Accepting a connection can fail, for example if no file descriptor is free. The process must not end.
  server.on('error', (err) =>
    logger.error({ err }, 'spiderfoot webhook: the server failed to accept a connection'),
  );
  startWorkers(receiver, server);
  const { address, family, port: bound } = addressOf(server);
  const url = `${tls === undefined ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeGracefully(() => receiver.close()).then(onClose);
    return closing;
  };
  closeOnSignals(close, grace);
  return { server, url, close };
}

/**
 * Start the workers as soon as the server listens, so that deliveries of an earlier run do not wait for the next
 * request.
 */
function startWorkers(receiver: ServedReceiver, server: Server): void {
  try {
    receiver.start();
  } catch (error) {
    server.close();
    throw error;
  }
}

/**
 * Timeouts in milliseconds that replace Node's 60 s and 300 s. They start at the beginning of a request, not while a
 * connection is idle, so they may be shorter than `keepAliveTimeout`.
 */
const timeouts = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 2_000 };

function createSecureServer(tls: TlsOptions, limits: ServerOptions, listener: RequestListener): Server {
  try {
    return createTlsServer({ handshakeTimeout: timeouts.headersTimeout, ...tls, ...limits }, listener);
  } catch (error) {
    throw new ConfigurationError(
      'tls',
      `is invalid: ${messageOf(error)}. Pass a matching certificate and key in PEM format as "cert" and "key".`,
    );
  }
}

const noAddress = (host: string) =>
  `is "${host}", which is not an address of this machine. Use 127.0.0.1 to accept only local connections, or 0.0.0.0 to listen on all addresses.`;

/** Convert a system error of `listen` into an error that names the option and its fix. */
const listenProblems: Readonly<
  Record<string, readonly [option: string, problem: (host: string, port: number) => string]>
> = {
  EADDRINUSE: [
    'port',
    (host, port) =>
      `is ${port}, but another process already listens on this port of ${host}. Choose another port, or 0 for a free port.`,
  ],
  EACCES: [
    'port',
    (_, port) =>
      `is ${port}, but ports below 1024 require elevated privileges. Choose a port of 1024 or above, or put a proxy in front of the server.`,
  ],
  EADDRNOTAVAIL: ['host', noAddress],
  ENOTFOUND: ['host', noAddress],
};

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      const [option, problem] = listenProblems[error.code ?? ''] ?? [];
      if (option === undefined || problem === undefined) return reject(error);
      reject(new ConfigurationError(option, problem(host, port)));
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server does not listen on a TCP port');
  return address;
}
