import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { cert, forwarderTo, key, onlyMailOf } from '../support/email.ts';
import { received, withSignal } from '../support/events.ts';
import { smtpError, startMailServer } from '../support/mail-server.ts';

describe('a mail server', () => {
  it('a server that answers 451 once gets the mail in a retry', async () => {
    const server = await startMailServer({ key, cert }, (count) =>
      count === 1 ? smtpError(451, 'Try again later') : undefined,
    );
    const { event, context } = await received('scan_failed');
    await forwarderTo(server.port)(event, context);
    expect(onlyMailOf(server).headers.get('message-id')).toEqual([`<${context.id}@example.com>`]);
  });

  it('a server that answers 451 to each attempt fails the handler', async () => {
    const server = await startMailServer({ key, cert }, () => smtpError(451, 'Greylisted'));
    const { event, context } = await received('scan_failed');
    const error: unknown = await forwarderTo(server.port)(event, context).catch((error) => error);
    expect(error).toMatchObject({ code: 'unavailable', status: 451, attempt: 2 });
    expect(String(error)).toContain(`email (127.0.0.1:${server.port})`);
    expect(String(error)).toContain('Greylisted');
  });

  it('a server that answers 550 fails the handler without a retry', async () => {
    let recipients = 0;
    const server = await startMailServer({
      key,
      cert,
      onRcptTo(_address, _session, done) {
        recipients += 1;
        done(smtpError(550, 'No such user here'));
      },
    });
    const { event, context } = await received('scan_failed');
    await expect(forwarderTo(server.port)(event, context)).rejects.toMatchObject({
      code: 'rejected',
      status: 550,
      attempt: 1,
    });
    expect(recipients).toBe(1);
  });

  it('a server that rejects one of two recipients gets the mail, and a warning is logged', async () => {
    const server = await startMailServer({
      key,
      cert,
      onRcptTo({ address }, _session, done) {
        done(address === 'gone@example.com' ? smtpError(550, 'No such user here') : undefined);
      },
    });
    const { event, context } = await received('scan_failed');
    const forwarderLogger = { info: vi.fn(), warn: vi.fn() };
    const receiverLogger = { ...context.logger, warn: vi.fn() };
    const { id, endpoint, receivedAt, ip, attempt, wire, signal } = context;
    const withLogger = { id, endpoint, receivedAt, ip, attempt, wire, signal, logger: receiverLogger };
    const to = 'security@example.com, gone@example.com';
    const warning = [{ target: 'email', host: '127.0.0.1', rejected: 1 }, expect.any(String)];
    await forwarderTo(server.port, { to, logger: forwarderLogger })(event, withLogger);
    expect(onlyMailOf(server).to).toEqual(['security@example.com']);
    expect([forwarderLogger.warn.mock.calls, receiverLogger.warn.mock.calls]).toEqual([[warning], []]);
    await forwarderTo(server.port, { to })(event, withLogger);
    expect([forwarderLogger.warn.mock.calls, receiverLogger.warn.mock.calls]).toEqual([[warning], [warning]]);
  });

  /** Start a TCP server on loopback. */
  async function startServer(onConnection: (socket: Socket) => void): Promise<number> {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      onConnection(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  it.each([
    ['never answers', () => {}, 'timeout'],
    ['drops the connection', (socket: Socket) => socket.destroy(), 'connection'],
    ['resets the connection', (socket: Socket) => socket.resetAndDestroy(), 'connection'],
    [
      'drops the connection after its greeting',
      (socket: Socket) => socket.write('220 mail ESMTP\r\n') && socket.on('data', () => socket.destroy()),
      'connection',
    ],
    ['does not speak SMTP', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'connection'],
    ['is busy', (socket: Socket) => socket.end('421 Too many connections\r\n'), 'unavailable'],
  ])('a server that %s fails the handler', async (_name, onConnection, code) => {
    let connections = 0;
    const port = await startServer((socket) => {
      connections += 1;
      onConnection(socket);
    });
    const { event, context } = await received('scan_failed');
    await expect(forwarderTo(port, { timeout: 300 })(event, context)).rejects.toMatchObject({
      code,
      attempt: 2,
    });
    expect(connections).toBe(2);
  });

  it('the connection is closed when the handler is aborted', async () => {
    const sockets: Socket[] = [];
    const port = await startServer((socket) => void sockets.push(socket));
    const { event, context } = await received('scan_failed');
    const handler = new AbortController();
    const sent = forwarderTo(port)(event, withSignal(context, handler.signal));
    while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [socket] = sockets;
    const closed = socket && once(socket, 'close');
    socket?.resume();
    handler.abort();
    await expect(sent).rejects.toMatchObject({ code: 'aborted' });
    await closed;
  });
});
