import { createSocket, type Socket, type SocketType } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { SyslogSender } from './syslog.ts';

/**
 * Send each message in one datagram. The host is looked up for each message, so that the collector's address can
 * change. UDP does not report whether a datagram arrived.
 * @see RFC 5426
 */
export function createUdpSender(host: string, port: number): SyslogSender {
  const sockets = new Map<SocketType, Socket>();

  function socketOf(type: SocketType): Socket {
    const socket = sockets.get(type) ?? createSocket(type);
    if (!sockets.has(type)) {
      // Without a listener, an error would end the process. Errors of `send` are passed to its callback.
      socket.on('error', () => {});
      socket.unref();
      sockets.set(type, socket);
    }
    return socket;
  }

  return {
    async send(message) {
      const { address, family } = await lookup(host);
      const socket = socketOf(family === 6 ? 'udp6' : 'udp4');
      await new Promise<void>((resolve, reject) => {
        socket.send(message, port, address, (error) => (error ? reject(error) : resolve()));
      });
    },
    close() {
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    },
  };
}
