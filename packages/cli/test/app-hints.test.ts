import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { connectApp } from '../src/listen/app/post-to-app.ts';
import { makeCertificates } from './support/certificates.ts';

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function tcpPort(answer: (socket: Socket) => void): Promise<number> {
  return portOf(
    createTcpServer((socket) => {
      socket.on('error', () => {});
      answer(socket);
    }),
  );
}

async function tlsPort(): Promise<number> {
  const { server } = await makeCertificates();
  const options = { cert: await readFile(server.cert), key: await readFile(server.key) };
  return portOf(createTlsServer(options, (_req, res) => void res.end()));
}

const plainPort = () => portOf(createServer((_req, res) => void res.end()));

/** Post an event to the app. @returns its problem */
async function problemOf(url: string) {
  const app = connectApp(url, 5000);
  onTestFinished(() => app.close());
  const { problem } = await app.post({ headers: [], body: Buffer.from('{}') });
  return problem;
}

it.each([
  // Browsers and fetch block port 6000, but this client does not.
  { kind: 'a port without a program', url: async () => 'http://127.0.0.1:6000', fix: 'Start the app' },
  { kind: 'an unknown host', url: async () => 'http://app.invalid', fix: 'Correct the host' },
  {
    kind: 'an untrusted certificate',
    url: async () => `https://127.0.0.1:${await tlsPort()}`,
    fix: 'NODE_EXTRA_CA_CERTS',
  },
  {
    kind: 'TLS on a port for http',
    url: async () => `http://127.0.0.1:${await tlsPort()}`,
    fix: 'Write https://',
  },
  {
    kind: 'no TLS on a port for https',
    url: async () => `https://127.0.0.1:${await plainPort()}`,
    fix: 'Write http://',
  },
  {
    kind: 'a connection that closes without a response',
    url: async () => `http://127.0.0.1:${await tcpPort((socket) => void socket.destroy())}`,
    fix: 'See the log of the app',
  },
  {
    kind: 'a response that is not HTTP',
    url: async () => `http://127.0.0.1:${await tcpPort((socket) => socket.end('220 mail\r\n'))}`,
    fix: 'Correct the port',
  },
])('the hint for $kind names the fix, and shows the URL without its query', async ({ url, fix }) => {
  const origin = await url();
  const problem = await problemOf(`${origin}/a?token=hush`);
  expect(problem).toEqual({ code: 'app_unreachable', hint: expect.stringContaining(fix) });
  expect(problem?.hint).toContain(`${origin}/a.`);
  expect(problem?.hint).not.toContain('hush');
});

it('the hint names the time limit if the app accepts no connection or sends no response', async () => {
  const app = connectApp(`http://127.0.0.1:${await tcpPort(() => {})}/a?token=hush`, 50);
  onTestFinished(() => app.close());
  const { status, problem } = await app.post({ headers: [], body: Buffer.from('{}') });
  expect({ status, problem }).toEqual({
    status: 504,
    problem: { code: 'app_timeout', hint: expect.stringContaining('--forward-timeout') },
  });
});
