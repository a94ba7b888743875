import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Forwards connections to a server on this machine, and can lose data. */
export interface TcpProxy {
  readonly port: number;
  /** The port to which new connections are forwarded. */
  target: number;
  /** Forward nothing from now on, in both directions. Connections stay open. */
  hold(): void;
  /** End all connections, and lose the data that were held. Forward new connections as before. */
  cut(): void;
  /**
   * End the connection of the next request that contains a text.
   * @param when `before` the server has received all of the request, or `after` that and before its reply arrives
   */
  cutAt(text: string, when: 'before' | 'after'): void;
  /** The number of connections that {@link TcpProxy.cutAt} has ended. */
  readonly cuts: number;
  stop(): void;
}

/** Start a proxy on a free port. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let cutAt: { readonly text: string; readonly when: 'before' | 'after' } | undefined;
  let cuts = 0;
  let isHolding = false;

  function join(client: Socket, server: Socket): void {
    let losesReply = false;
    const end = () => {
      for (const socket of [client, server]) {
        sockets.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket
        .setNoDelay()
        .on('error', () => {})
        .once('close', end);
    }
    client.on('data', (data) => {
      if (isHolding) return;
      if (cutAt === undefined || !data.includes(cutAt.text)) {
        server.write(data);
        return;
      }
      const { when } = cutAt;
      cutAt = undefined;
      cuts++;
      losesReply = true;
      if (when === 'after') server.write(data);
      else server.write(data.subarray(0, data.length / 2), end);
    });
    server.on('data', (data) => {
      if (losesReply) end();
      else if (!isHolding) client.write(data);
    });
  }

  const proxy = createServer((client) => join(client, connect(target, '127.0.0.1')));
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port');
  const endAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    get target() {
      return target;
    },
    set target(port) {
      target = port;
    },
    hold() {
      isHolding = true;
    },
    cut() {
      isHolding = false;
      endAll();
    },
    cutAt(text, when) {
      cutAt = { text, when };
    },
    get cuts() {
      return cuts;
    },
    stop() {
      proxy.close();
      endAll();
    },
  };
}
