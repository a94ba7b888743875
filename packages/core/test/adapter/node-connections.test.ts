import { once } from 'node:events';
import { createServer, IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { exposeBody, NodeDelivery, routeStatus } from '../../src/adapter/node/index.ts';
import { createReceiver } from '../../src/index.ts';
import { webhookListener } from '../../src/node/index.ts';
import { limitPipelining } from '../../src/node/pipelining-limit.ts';

const maxBodySize = 1000;

/** A server, a client that never closes its own half of the connection, and the server's socket. */
async function connected(listener: RequestListener) {
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

const head = (length: number, ...further: readonly string[]) =>
  [
    'POST / HTTP/1.1',
    'Host: x',
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    ...further,
    '\r\n',
  ].join('\r\n');

it('closes the connection with the answer if the rejected body has been read by then', async () => {
  const { client, closed } = await connected(async (req, res) => {
    void new NodeDelivery(req, () => undefined).discardBody(60_000);
    await once(req, 'end');
    res.writeHead(413, { connection: 'close' }).end();
  });
  client.write(`${head(2)}{}`);
  await closed;
});

it('keeps the connection open until the rejected body has been read', async () => {
  const receiver = createReceiver({ secret: 'connections-s3cret', maxBodySize });
  const { client, answered, socket, closed } = await connected(webhookListener(receiver));
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
    'has arrived as a whole',
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

it('joins the values of a header that the platform has split', () => {
  const req = new IncomingMessage(new Socket());
  req.headers = { 'x-forwarded-for': ['192.0.2.1', '192.0.2.2'], 'content-type': 'application/json' };
  const { header } = new NodeDelivery(req, () => undefined);
  expect(['x-forwarded-for', 'content-type', 'x-spiderfoot-event'].map(header)).toEqual([
    '192.0.2.1, 192.0.2.2',
    'application/json',
    undefined,
  ]);
});

it('requests behind the last answer of a connection are known in the same turn, and later only if it closes', async () => {
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

it('the requests of an HTTP/2 connection do not close one another', () => {
  const socket = new Socket();
  const [first, second] = [1, 2].map(
    () => new NodeDelivery(Object.assign(new IncomingMessage(socket), { httpVersionMajor: 2 }), () => ''),
  );
  first?.closeConnection();
  expect(second?.connectionClosing).toBe(false);
});

/** A response that is queued behind another one of its connection, which older versions of Node never close. */
function queuedResponse(httpVersionMajor: number) {
  const socket = new Socket();
  const res = new ServerResponse(Object.assign(new IncomingMessage(socket), { httpVersionMajor }));
  return { socket, res };
}

it('a route whose connection closes before its queued answer is out has status 499', async () => {
  const { socket, res } = queuedResponse(1);
  const status = routeStatus(res);
  socket.destroy();
  expect(await status).toBe(499);
});

it('a route whose response has closed already has status 499', async () => {
  const { res } = queuedResponse(1);
  Object.defineProperty(res, 'closed', { value: true });
  expect(await routeStatus(res)).toBe(499);
});

it('a route over HTTP/2 has the status of its answer, whatever its socket says', async () => {
  const { socket, res } = queuedResponse(2);
  const status = routeStatus(res);
  socket.destroy();
  await once(socket, 'close');
  res.statusCode = 201;
  res.emit('finish');
  expect(await status).toBe(201);
});

it('a connection closes when more than 100 of its requests wait for their answers', async () => {
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

it('the parsed body that is put into a request can be replaced by the app', () => {
  const carrier = {};
  exposeBody(carrier, 'parsed');
  expect(Object.getOwnPropertyDescriptor(carrier, 'body')).toEqual({
    value: 'parsed',
    configurable: true,
    enumerable: true,
    writable: true,
  });
});
