import { once } from 'node:events';
import { createServer, IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { exposeBody, NodeDelivery, routeStatus } from '../../src/adapter/node/index.ts';
import { createReceiver } from '../../src/index.ts';
import { webhookListener } from '../../src/node/index.ts';
import { limitPipelining } from '../../src/node/pipelining-limit.ts';

const maxBodySize = 1000;

/**
 * Start a server and connect a client to it. The client never closes its half of the connection.
 * @returns the client, the statuses that it receives, and the socket of the server
 */
async function connectClient(listener: RequestListener) {
  const server = createServer(listener);
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  let text = '';
  client.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const statuses = () => Array.from(text.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status);
  const answered = async (count: number) => {
    while (statuses().length < count) await new Promise((resolve) => client.once('data', resolve));
    return statuses();
  };
  const socket = await accepted;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { client, answered, socket, closed };
}

const head = (length: number, ...extraLines: readonly string[]) =>
  [
    'POST / HTTP/1.1',
    'Host: x',
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    ...extraLines,
    '\r\n',
  ].join('\r\n');

it('closes the connection with the response if the rejected body has been read', async () => {
  const { client, closed } = await connectClient(async (req, res) => {
    void new NodeDelivery(req, () => undefined).discardBody(60_000);
    await once(req, 'end');
    res.writeHead(413, { connection: 'close' }).end();
  });
  client.write(`${head(2)}{}`);
  await closed;
});

it('keeps the connection open until the rejected body has been read', async () => {
  const receiver = createReceiver({ secret: 'connections-s3cret', maxBodySize });
  const { client, answered, socket, closed } = await connectClient(webhookListener(receiver));
  client.write(head(maxBodySize + 1, 'Connection: close'));
  expect(await answered(1)).toEqual(['413']);
  expect(socket.destroyed).toBe(false);
  client.write('x'.repeat(maxBodySize));
  await new Promise((resolve) => socket.once('data', resolve));
  expect(socket.destroyed).toBe(false);
  client.write('x');
  await closed;
});

it.each([
  [
    'has arrived completely',
    (req: IncomingMessage) => void Object.assign(req, { complete: true }).push('{}'),
  ],
  ['is destroyed', (req: IncomingMessage) => void req.destroy()],
])('does not read or time the rejected body of a request that %s', (_, alter) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const req = new IncomingMessage(new Socket());
  alter(req);
  void new NodeDelivery(req, () => undefined).discardBody(60_000);
  expect(req.readableFlowing).toBe(null);
  expect(vi.getTimerCount()).toBe(0);
});

it('joins the values of a header that the platform passes as an array', () => {
  const req = new IncomingMessage(new Socket());
  req.headers = { 'x-forwarded-for': ['192.0.2.1', '192.0.2.2'], 'content-type': 'application/json' };
  const { header } = new NodeDelivery(req, () => undefined);
  expect(['x-forwarded-for', 'content-type', 'x-spiderfoot-event'].map(header)).toEqual([
    '192.0.2.1, 192.0.2.2',
    'application/json',
    undefined,
  ]);
});

it('connectionClosing is true for requests after the last response in the same turn, and later only if the socket closes', async () => {
  const socket = new Socket();
  const [first, second, third] = [1, 2, 3].map(
    () => new NodeDelivery(Object.assign(new IncomingMessage(socket), { httpVersionMajor: 1 }), () => ''),
  );
  const closing = () => [first, second, third].map((request) => request?.connectionClosing);
  expect(closing()).toEqual([false, false, false]);
  second?.closeConnection();
  expect(closing()).toEqual([false, false, true]);
  third?.closeConnection();
  expect(closing()).toEqual([false, false, true]);
  first?.closeConnection();
  expect(closing()).toEqual([false, true, true]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(closing()).toEqual([false, false, false]);
  socket.destroy();
  expect(closing()).toEqual([false, true, true]);
});

it('connectionClosing is false for other requests of an HTTP/2 connection', () => {
  const socket = new Socket();
  const [first, second] = [1, 2].map(
    () => new NodeDelivery(Object.assign(new IncomingMessage(socket), { httpVersionMajor: 2 }), () => ''),
  );
  first?.closeConnection();
  expect(second?.connectionClosing).toBe(false);
});

/** Create a response that waits for an earlier response of its connection. Older versions of Node never close it. */
function queuedResponse(httpVersionMajor: number) {
  const socket = new Socket();
  const res = new ServerResponse(Object.assign(new IncomingMessage(socket), { httpVersionMajor }));
  return { socket, res };
}

it('routeStatus() is 499 if the connection closes before a queued response is sent', async () => {
  const { socket, res } = queuedResponse(1);
  const status = routeStatus(res);
  socket.destroy();
  expect(await status).toBe(499);
});

it('routeStatus() is 499 if the response is already closed', async () => {
  const { res } = queuedResponse(1);
  Object.defineProperty(res, 'closed', { value: true });
  expect(await routeStatus(res)).toBe(499);
});

it('routeStatus() is the status of an HTTP/2 response even if its socket is closed', async () => {
  const { socket, res } = queuedResponse(2);
  const status = routeStatus(res);
  socket.destroy();
  await once(socket, 'close');
  res.statusCode = 201;
  res.emit('finish');
  expect(await status).toBe(201);
});

it('limitPipelining() closes a connection when more than 100 of its requests wait for their responses', async () => {
  const waiting: ServerResponse[] = [];
  const server = createServer((_req, res) => void waiting.push(res));
  limitPipelining(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  const send = async (count: number) => {
    const total = waiting.length + count;
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count));
    await vi.waitFor(() => expect(waiting).toHaveLength(total));
    return waiting.slice(-count).every(({ shouldKeepAlive }) => shouldKeepAlive);
  };
  expect(await send(100)).toBe(true);
  const [first] = waiting;
  first?.end();
  if (first !== undefined) await once(first, 'close');
  expect(await send(1)).toBe(true);
  expect(await send(1)).toBe(false);
});

it('exposeBody() sets a body property that the app can replace', () => {
  const carrier = {};
  exposeBody(carrier, 'parsed');
  expect(Object.getOwnPropertyDescriptor(carrier, 'body')).toEqual({
    value: 'parsed',
    configurable: true,
    enumerable: true,
    writable: true,
  });
});
