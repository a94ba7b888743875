import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RawClient } from '../support/raw-client.ts';
import { bytesOf, connectTo, headOf, secret, send, webhook, withHeader } from '../support/webhooks.ts';
import { type Listening, listening, untilClosed, type Variables } from './support/examples.ts';
import { Program, run, stopPrograms } from './support/program.ts';

afterAll(stopPrograms);

const frameworks = ['node', 'express', 'koa', 'hono'] as const;

interface Target extends Listening {
  readonly path: string;
}

async function start(
  framework: (typeof frameworks)[number] | 'listen',
  env: Variables = {},
): Promise<Target> {
  const all = { PORT: '0', SPIDERFOOT_WEBHOOK_SECRET: secret, FRAMEWORK: framework, ...env };
  const program =
    framework === 'listen'
      ? ['packages/cli/dist/main.js', 'listen', '--port', '0']
      : ['test/product/programs/app-with-routes.mjs'];
  return { ...(await listening(new Program(process.execPath, program, { env: all }))), path: '/webhook' };
}

/** Actions of a client on its connection before the server is stopped. */
type Attack = (client: RawClient, at: Target) => Promise<void>;

/** Resolves after the server has read everything that was sent before. */
async function isRead(at: Target): Promise<void> {
  for (let n = 0; n < 3; n++)
    expect((await send(at, { method: 'GET', headers: [], body: Buffer.alloc(0) })).status).toBe(405);
}

const get = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n');

const attacks: Readonly<Record<string, Attack>> = {
  async 'three pipelined requests without a signature, then a reset'(client, at) {
    const message = withHeader(await webhook(), 'x-spiderfoot-signature', undefined);
    const packet = Buffer.concat([message, message, message].map((each) => bytesOf(at, each)));
    for (const each of [client, await connectTo(at), await connectTo(at)]) {
      await each.write(packet);
      each.reset();
    }
  },
  async 'three pipelined requests for routes of the app, then a reset'(client, at) {
    await client.write(get('/large') + get('/large') + get('/large'));
    await isRead(at);
    client.reset();
  },
  async 'half a head'(client) {
    await client.write('POST /webhook HTTP/1.1\r\nHost: ');
  },
  async 'half a body'(client, at) {
    const message = await webhook();
    await client.write(headOf(at, message));
    await client.write(message.body.subarray(0, 10));
  },
  async 'half a body for a route of the app'(client) {
    await client.write('POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf');
  },
  async 'half a chunk, pipelined behind a response that is not read'(client) {
    await client.write(
      `${get('/large')}POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nab`,
    );
    client.pause();
  },
  async 'a body that is announced by Expect: 100-continue and never sent'(client, at) {
    await client.write(headOf(at, withHeader(await webhook(), 'expect', '100-continue')));
    expect((await client.response()).status).toBe(100);
  },
  async 'a large response that is never read'(client) {
    client.pause();
    await client.write(get('/large'));
  },
  async 'a keep-alive connection that is reset while it is idle'(client, at) {
    await client.write(bytesOf(at, await webhook()));
    expect((await client.response()).status).toBe(200);
    client.reset();
  },
  async 'a WebSocket'(client) {
    await client.write(get('/socket', 'Connection: Upgrade', 'Upgrade: websocket'));
    expect((await client.response()).status).toBe(101);
  },
  async 'a tunnel'(client) {
    await client.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n');
  },
};

describe.each(frameworks)('a server of %s', (framework) => {
  it.each(Object.entries(attacks))(
    `a server of ${framework} exits 0 on SIGTERM despite %s`,
    async (_, attack) => {
      const at = await start(framework);
      await attack(await connectTo(at), at);
      await isRead(at);
      at.program.signal('SIGTERM');
      expect(await at.program.end()).toEqual({ code: 0, signal: null });
      expect(at.program.lines.at(-1)).toBe('closed');
      expect(at.program.stderr).toBe('');
    },
  );

  it('exits 0 on SIGTERM despite a reset while a handler runs and further verified requests are queued', async () => {
    const at = await start(framework);
    const client = await connectTo(at);
    const messages = [
      await webhook('scan_started'),
      ...(await Promise.all(Array.from({ length: 15 }, () => webhook()))),
    ];
    await client.write(Buffer.concat(messages.map((message) => bytesOf(at, message))));
    await at.program.says(/^begun$/m);
    client.reset();
    await isRead(at);
    at.program.signal('SIGTERM');
    await untilClosed(at.port);
    at.program.signal('SIGUSR2');
    expect(await at.program.end()).toEqual({ code: 0, signal: null });
    expect(at.program.lines.at(-1)).toBe('closed');
    // Node printed no warning about too many listeners.
    expect(at.program.stderr).toBe('');
  });

  it('exits 0 on SIGTERM after a response with Connection: close to each request in flight or later', async () => {
    const at = await start(framework);
    const [running, queued] = [await connectTo(at), await connectTo(at)];
    await running.write(bytesOf(at, await webhook('scan_started')));
    await at.program.says(/^begun$/m);
    const late = await webhook();
    await queued.write(headOf(at, late));
    await isRead(at);
    at.program.signal('SIGTERM');
    await untilClosed(at.port);
    await queued.write(late.body);
    expect(await queued.response()).toMatchObject({ headers: { connection: 'close' } });
    at.program.signal('SIGUSR2');
    expect(await running.response()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect(await at.program.end()).toEqual({ code: 0, signal: null });
  });
});

describe('spiderfoot-webhooks listen', () => {
  const commandAttacks = Object.entries(attacks).filter(
    ([name]) => !/app|response|WebSocket|tunnel/.test(name),
  );
  it.each(commandAttacks)('spiderfoot-webhooks listen exits 0 on SIGTERM despite %s', async (_, attack) => {
    const at = await start('listen');
    await attack(await connectTo(at), at);
    await isRead(at);
    at.program.signal('SIGTERM');
    expect(await at.program.end()).toEqual({ code: 0, signal: null });
  });
});

describe('a server over TLS', () => {
  it('exits 0 on SIGTERM over TLS despite a handshake that never starts, half a head and a WebSocket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect((await run('sh', ['examples/mtls/make-certificates.sh', folder])).code).toBe(0);
    const env = { TLS_CERT: join(folder, 'receiver.pem'), TLS_KEY: join(folder, 'receiver.key') };
    const at = await start('node', env);
    await connectTo(at);
    for (const text of [
      'POST /webhook HTTP/1.1\r\nHost: ',
      get('/', 'Connection: Upgrade', 'Upgrade: websocket'),
    ]) {
      const client = connectTls({ port: at.port, host: '127.0.0.1', rejectUnauthorized: false });
      onTestFinished(() => void client.destroy());
      client.on('error', () => {});
      await new Promise((resolve) => client.write(text, resolve));
    }
    await connectTo(at);
    at.program.signal('SIGTERM');
    expect(await at.program.end()).toEqual({ code: 0, signal: null });
    expect(at.program.lines.at(-1)).toBe('closed');
  });
});
