import { createSocket, type Socket, type SocketType } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { SyslogSender } from './syslog.ts';

/**
 * One datagram a message. The name is looked up for each, so that a collector may move; nothing tells whether it arrived.
 * @see RFC 5426
 */
export function createUdpSender(host: string, port: number): SyslogSender {
  const sockets = new Map<SocketType, Socket>();

  function socketOf(type: SocketType): Socket {
    const socket = sockets.get(type) ?? createSocket(type);
    if (!sockets.has(type)) {
      // Without a listener an error would end the process; what a sending met, its callback tells.
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
