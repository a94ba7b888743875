import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Forwards connections to a server, and can lose data. */
export interface Proxy {
  readonly port: number;
  /** Lose the connection that sends a text to the server, after the server has received it and before its reply arrives. */
  loseReplyTo(text: string): void;
  /** Return whether a reply was lost. */
  hasLostReply(): boolean;
  /** Keep the data that the server sends, and lose them when a connection ends. */
  holdReplies(): void;
  /** Call `holdReplies` when a client has sent a text, before the reply to it arrives. */
  holdRepliesTo(text: string): void;
  /** Return whether replies are held. */
  readonly isHolding: boolean;
  /** End all connections. */
  cut(): void;
}

export async function startProxy(serverPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let lostText: string | undefined;
  let lost = 0;
  let isHolding = false;
  let heldText: string | undefined;

  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    let losesReply = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .once('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    client.on('data', (data) => {
      if (lostText !== undefined && data.includes(lostText)) {
        lostText = undefined;
        losesReply = true;
      }
      if (heldText !== undefined && data.includes(heldText)) isHolding = true;
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (losesReply) {
        lost++;
        client.destroy();
      } else if (!isHolding) client.write(data);
    });
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    cut();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port');
  return {
    port: address.port,
    loseReplyTo(text) {
      lostText = text;
    },
    hasLostReply: () => lost > 0,
    holdRepliesTo(text) {
      heldText = text;
    },
    get isHolding() {
      return isHolding;
    },
    holdReplies() {
      isHolding = true;
    },
    cut,
  };
}
