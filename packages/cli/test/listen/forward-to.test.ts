import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Server } from 'node:net';
import { sign } from '@spiderfoot-webhooks/core';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { secret, withSecret } from '../support/command.ts';
import { listening, sendEvent } from '../support/listen-process.ts';
import { serveAnswers, serveListener } from '../support/test-receivers.ts';

/** Return a URL on which nothing listens. */
async function closedUrl(): Promise<string> {
  const server = createServer();
  const url = await listenOn(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

/** Listen until the test ends. @returns the URL of the app */
async function listenOn(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/webhook`;
}

describe('listen --forward-to', () => {
  it('forwards the exact bytes of the body, and the headers of the sender without those of the connection', async () => {
    const received: { headers: readonly string[]; body: Buffer }[] = [];
    const app = await serveListener((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        received.push({ headers: req.rawHeaders, body: Buffer.concat(chunks) });
        res.writeHead(201, { 'X-App': 'mine', 'Content-Type': 'text/plain' }).end('stored ä');
      });
    });
    const { url, program } = await listening(['--forward-to', app]);
    const body = Buffer.from(
      '{"event_type": "scan_completed",\r\n "timestamp": 1767225600, "data": {"target": "\u00e4", "n": 1.0}}  ',
    );
    const signature = await sign(secret, body);
    const { port, pathname } = new URL(url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1');
      let text = '';
      socket
        .on('data', (chunk) => (text += chunk))
        .on('end', () => resolve(text))
        .on('error', reject);
      socket.write(
        `POST ${pathname} HTTP/1.1\r\nHost: a\r\nX-Twice: 1\r\nx-twice: 2\r\nX-Hop: gone\r\n` +
          'Connection: close, x-hop, content-type, X-SpiderFoot-Signature\r\n' +
          `Content-Type: application/json\r\nX-SpiderFoot-Signature: ${signature}\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      socket.write(body);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(answer).toMatch(/\r\nX-App: mine\r\n/i);
    expect(answer).toMatch(/\r\n\r\nstored ä$/);
    const [{ headers, body: seen } = { headers: [], body: Buffer.alloc(0) }] = received;
    expect(seen.equals(body)).toBe(true);
    const sent = headers.join('\n');
    expect(sent).toContain(
      `X-Twice\n1\nx-twice\n2\nContent-Type\napplication/json\nX-SpiderFoot-Signature\n${signature}`,
    );
    expect(sent).not.toMatch(/x-hop/i);
    await program.says(/scan_completed .* app 201/);
  });

  it('returns an error of the app, and forwards the retry', async () => {
    const { url: app, seen } = await serveAnswers((index) => ({
      status: index === 0 ? 422 : 200,
      body: 'mine',
    }));
    const { url, program } = await listening(['--forward-to', app]);
    const { url: to, ...init } = await signedWebhook('scan_failed', { secret, url });
    const answers = [await fetch(to, init), await fetch(to, init)];
    expect(answers.map(({ status }) => status)).toEqual([422, 200]);
    expect(await answers[0]?.text()).toBe('mine');
    expect(seen).toHaveLength(2);
    await program.says(/REJECTED +422 app_status[\s\S]* app 200/);
    expect(program.lines.join('\n')).not.toContain('FAILED');
  });

  it('forwards only verified requests, and each of them once', async () => {
    const { url: app, seen } = await serveAnswers(() => ({ status: 200 }));
    const { url } = await listening(['--forward-to', app]);
    expect((await sendEvent(url, 'scan_started', { secret: 'another' })).status).toBe(401);
    const { url: to, ...init } = await signedWebhook('scan_started', { secret, url });
    for (const status of [200, 200]) expect((await fetch(to, init)).status).toBe(status);
    expect(seen).toHaveLength(1);
  });

  it('answers 502 if the app is down', async () => {
    const { url, program } = await listening(['--forward-to', await closedUrl(), '--json']);
    const { status, body } = await sendEvent(url);
    expect({ status, body: JSON.parse(body) }).toMatchObject({
      status: 502,
      body: { code: 'app_unreachable' },
    });
    await program.says(/"status":502,"app":\{"status":502,"code":"app_unreachable"/);
  });

  it('answers 502 if the app closes the connection, and does not wait for the next one', async () => {
    let connections = 0;
    const app = createTcpServer((socket) => {
      connections += 1;
      socket.on('error', () => {});
      // The second connection, which finds out whether the port serves TLS, stays open.
      if (connections === 1) socket.destroy();
      else onTestFinished(() => void socket.destroy());
    });
    const to = await listenOn(app);
    const { url } = await listening(['--forward-to', to, '--forward-timeout', '60s']);
    const { status, body } = await sendEvent(url);
    expect({ status, body: JSON.parse(body) }).toMatchObject({
      status: 502,
      body: { code: 'app_unreachable' },
    });
    expect(connections).toBe(2);
  });

  it('names the fix of a refused connection, without the query of the URL', async () => {
    const to = await closedUrl();
    const { url, program, events } = await listening(['--forward-to', `${to}?token=hush`, '--json']);
    await sendEvent(url);
    await program.says(/app_unreachable/);
    expect(events()).toMatchObject([{ hint: expect.stringContaining(`${to}. Start the app`) }]);
    expect(program.output).not.toContain('hush');
  });

  it('hands back a 204 without Content-Length', async () => {
    const { url: app } = await serveAnswers(() => ({ status: 204 }));
    const { url } = await listening(['--forward-to', app]);
    const { url: to, ...init } = await signedWebhook('scan_started', { secret, url });
    const answer = await fetch(to, init);
    expect([answer.status, answer.headers.get('content-length')]).toEqual([204, null]);
  });

  it('answers 504 if the app exceeds the time limit', async () => {
    const app = await serveListener(() => {});
    const { url, program } = await listening(['--forward-to', app, '--forward-timeout', '200ms']);
    const { status, body } = await sendEvent(url);
    expect({ status, body: JSON.parse(body) }).toMatchObject({ status: 504, body: { code: 'app_timeout' } });
    await program.says(/504 app_timeout[\s\S]*--forward-timeout/);
  });

  it('returns a redirect and does not follow it', async () => {
    const { url: other, seen } = await serveAnswers(() => ({ status: 200 }));
    const app = await serveListener((_req, res) => void res.writeHead(307, { location: other }).end());
    const { url, program } = await listening(['--forward-to', app]);
    const { url: to, ...init } = await signedWebhook('scan_started', { secret, url });
    const answer = await fetch(to, { ...init, redirect: 'manual' });
    expect({ status: answer.status, location: answer.headers.get('location') }).toEqual({
      status: 307,
      location: other,
    });
    expect(seen).toEqual([]);
    await program.says(/307 app_redirect/);
  });

  it.each([
    {
      args: ['--forward-to', 'localhost:4555/webhook', '--port', '4555'],
      says: /^error: --forward-to .*\n.*--port 4556/,
    },
    {
      args: ['--forward-to', 'localhost:1', '--queue', '--store', 'unused.db'],
      says: /^error: --forward-to and --queue/,
    },
    { args: ['--forward-to', 'http://user@localhost:1'], says: /^error: --forward-to contains a user/ },
    {
      args: ['--forward-to', 'http://user:password@localhost:1'],
      says: /^(?![\s\S]*password@)error: --forward-to contains a user/,
    },
    { args: ['--forward-to', 'localhost:0/webhook'], says: /^error: .*--forward-to.*port 0/ },
    { args: ['--forward-timeout', '1s'], says: /^error: --forward-timeout requires --forward-to/ },
  ])('exits with 2 for $args', async ({ args, says }) => {
    expect(await withSecret(['listen', ...args])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(says),
    });
  });
});
