import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Receiver } from '@spiderfoot-webhooks/core';
import type { VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';

/** The parts of an adapter that the conformance suite runs. */
export interface AdapterMounts {
  /** The ways to mount its `webhookHandler`. Slow tests run only the first one. */
  readonly mounts: readonly Mount[];
  /** The ways to mount its `webhookMiddleware`. */
  readonly routeMounts?: readonly RouteMount[];
  /** The middleware that its users mount before the receiver. */
  readonly parsers?: readonly Parser[];
}

export interface Running {
  readonly port: number;
  /** The path of the webhook. */
  readonly path: string;
  readonly close: () => Promise<void>;
}

export interface MountOptions {
  /** Becomes the adapter's `clientIp`, and gets the function that reads a header in its framework. */
  readonly clientIp?: (header: (name: string) => string | undefined) => string | undefined;
  /** A middleware before the receiver reads the body and does not keep the bytes. */
  readonly readBodyFirst?: boolean;
  /** A middleware of the app that runs before the receiver. The fetch mounts ignore it. */
  readonly before?: (req: IncomingMessage, res: ServerResponse) => void;
  /** The server finishes the current request after the client's FIN. By default, Node does not. */
  readonly halfOpen?: boolean;
}

/** One way to mount a receiver. */
export interface Mount {
  readonly name: string;
  start(receiver: Receiver, options?: MountOptions): Promise<Running>;
}

export function mount(
  name: string,
  path: string,
  toListener: (receiver: Receiver, options: MountOptions) => RequestListener,
): Mount {
  const start: Mount['start'] = async (receiver, options = {}) => ({
    path,
    ...(await listen(toListener(receiver, options), options)),
  });
  return { name, start };
}

/** Listens on any free port of loopback. */
export async function listen(
  listener: RequestListener,
  { halfOpen = false }: Pick<MountOptions, 'halfOpen'> = {},
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = createServer(listener);
  // By default, Node closes a connection that is idle for five seconds. That would hide a connection that we fail to close.
  Object.assign(server, { httpAllowHalfOpen: halfOpen, keepAliveTimeout: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port, close };
}

/** The app's own route: it gets the event and returns the status of the response, or throws. */
export type Route = (passed: VerifiedWebhook | undefined) => number | Promise<number>;

/** The response of the app's own error handler. */
export const teapot = { status: 418, body: { error: 'of the app' } };

/** A framework with the middleware before a route, and with other middleware that apps use. */
export interface RouteMount {
  readonly name: string;
  start(receiver: Receiver, route: Route): Promise<Running>;
}

export function routeMount(
  name: string,
  build: (receiver: Receiver, route: Route) => RequestListener,
): RouteMount {
  const start: RouteMount['start'] = async (receiver, route) => ({
    path: '/webhook',
    ...(await listen(build(receiver, route))),
  });
  return { name, start };
}

export const answerOf = (status: number) => ({ routed: status });

/** A middleware that is mounted before the receiver, and whether the raw bytes are still available after it. */
export interface Parser {
  readonly name: string;
  readonly keeps: boolean;
  readonly mount: Mount;
}

export function parser(
  name: string,
  keeps: boolean,
  listen: (receiver: Receiver) => RequestListener,
): Parser {
  return { name, keeps, mount: mount(name, '/webhook', listen) };
}
