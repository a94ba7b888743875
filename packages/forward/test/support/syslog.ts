import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';

/** A syslog collector on loopback. */
export interface Collector {
  /** For example `tcp://127.0.0.1:601`. */
  readonly url: string;
  /** The messages, in order of arrival. */
  readonly messages: readonly string[];
  /** The connections, in order of arrival. */
  readonly sockets: readonly Socket[];
  /** Resolves when `count` messages have arrived. */
  received(count: number): Promise<void>;
  /** Resolves when `count` connections have been accepted. */
  connected(count: number): Promise<void>;
}

/** Create a list that can be awaited until it has a number of items. */
function listOf<Item>() {
  const items: Item[] = [];
  let wake = () => {};
  return {
    items,
    add(item: Item) {
      items.push(item);
      wake();
    },
    async reaches(count: number) {
      while (items.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

export async function startUdp(address: '127.0.0.1' | '::1' = '127.0.0.1'): Promise<Collector> {
  const messages = listOf<string>();
  const socket = createSocket(address === '::1' ? 'udp6' : 'udp4');
  socket.on('message', (message) => messages.add(message.toString()));
  socket.bind(0, address);
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const host = address === '::1' ? '[::1]' : address;
  return {
    url: `udp://${host}:${socket.address().port}`,
    messages: messages.items,
    sockets: [],
    received: messages.reaches,
    connected: async () => {},
  };
}

/** @param onConnection called with each connection. If it returns `'ignore'`, the connection is not read. */
export async function startTcp(
  tls?: TlsOptions,
  onConnection: (socket: Socket, count: number) => 'ignore' | undefined = () => undefined,
): Promise<Collector> {
  const messages = listOf<string>();
  const sockets = listOf<Socket>();
  const accept = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (onConnection(socket, sockets.items.length) === 'ignore') return;
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, Buffer.from(chunk)]);
      rest = readFrames(rest, messages.add);
    });
  };
  const server: Server =
    tls === undefined ? createServer(accept) : createTlsServer(tls, accept).on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets.items) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'tcp' : 'tls'}://127.0.0.1:${port}`,
    messages: messages.items,
    sockets: sockets.items,
    received: messages.reaches,
    connected: sockets.reaches,
  };
}

/** Read messages framed by octet counting: `42 <message of 42 bytes>`. Throws if the framing is different. */
function readFrames(bytes: Buffer, add: (message: string) => void): Buffer {
  const space = bytes.indexOf(' ');
  if (space < 0) return bytes;
  const digits = bytes.toString('latin1', 0, space);
  if (!/^[1-9]\d{0,5}$/.test(digits)) throw new Error(`Invalid message length: ${JSON.stringify(digits)}`);
  const end = space + 1 + Number(digits);
  if (bytes.length < end) return bytes;
  add(bytes.toString('utf8', space + 1, end));
  return readFrames(bytes.subarray(end), add);
}
