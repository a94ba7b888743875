import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { AttemptError } from '../../errors/failure.ts';
import { onAbort } from '../../on-abort.ts';
import type { SyslogSender } from './syslog.ts';

interface Connection {
  readonly socket: Socket;
  /** Rejects if the connection fails. */
  readonly opened: Promise<void>;
}

/**
 * Send messages over one kept-alive connection, each after its length in bytes. If the collector closes the connection,
 * the next message opens another.
 * @param tls `undefined` for a connection without TLS
 * @see RFC 6587, 3.4.1; RFC 5425
 */
export function createStreamSender(
  host: string,
  port: number,
  tls: ConnectionOptions | undefined,
): SyslogSender {
  let current: Connection | undefined;

  function open(): Connection {
    const socket = tls === undefined ? connect({ host, port }) : connectTls({ host, port, ...tls });
    const opened = new Promise<void>((resolve, reject) => {
      socket.once(tls === undefined ? 'connect' : 'secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new AttemptError({ code: 'connection' })));
    });
    // Discard data from the collector, because the end of the stream is only noticed once all data is read. Errors
    // reject the writes.
    socket.on('error', () => {}).resume();
    socket.setKeepAlive(true, 60_000);
    return { socket, opened };
  }

  return {
    async send(message, signal) {
      if (!current?.socket.writable) current = open();
      const { socket, opened } = current;
      // The collector does not read, so later messages on this connection would time out too.
      const stop = onAbort(signal, () => {
        if (isTimeout(signal)) socket.destroy();
      });
      try {
        await opened;
        await written(socket, Buffer.concat([Buffer.from(`${message.length} `), message]));
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        stop();
      }
    },
    close() {
      // Written messages are still sent. Do not wait for the collector to close its side.
      current?.socket.end().unref();
      current = undefined;
    },
  };
}

function written(socket: Socket, frame: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(frame, (error) => (error ? reject(error) : resolve()));
  });
}

/** Unlike a timeout, the abort of a handler does not mean that the shared connection is broken. */
function isTimeout({ reason }: AbortSignal): boolean {
  return reason instanceof AttemptError && reason.failure.code === 'timeout';
}
