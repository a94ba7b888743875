import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { RawClient } from '../support/raw-client.ts';
import { type Listening, listening, secret, untilClosed, type Variables } from './support/examples.ts';
import { Program, stopPrograms } from './support/program.ts';

afterAll(stopPrograms);

const never = '2000000000';

function start(env: Variables = {}): Promise<Listening> {
  const all = { PORT: '0', SPIDERFOOT_WEBHOOK_SECRET: secret, GRACE: never, ...env };
  return listening(new Program(process.execPath, ['test/product/programs/slow-receiver.mjs'], { env: all }));
}

/** Sends an event, and waits until its handler runs. */
async function begin({ program, url }: Listening): Promise<{ readonly answered: Promise<number> }> {
  const { url: to, ...init } = await signedWebhook('scan_completed', { secret, url });
  const answered = fetch(to, init).then(({ status }) => status);
  // A stopped server sends no response.
  answered.catch(() => {});
  await program.says(/^begun$/m);
  return { answered };
}

async function connectTo({ port }: Listening): Promise<RawClient> {
  const client = await RawClient.connect(port);
  onTestFinished(() => client.destroy());
  return client;
}

/** Wait until `serve()` no longer treats a second signal as a copy of the first. */
const waitForNextSignal = () => new Promise((resolve) => setTimeout(resolve, 600));

const linesOf = ({ program }: Listening) => program.lines.slice(1);

describe('serve()', () => {
  it('exits on SIGTERM despite connections that are silent or have sent half a request head', async () => {
    const server = await start();
    await connectTo(server);
    const client = await connectTo(server);
    await client.write('POST /webhook HTTP/1.1\r\nHost: ');
    server.program.signal('SIGTERM');
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
    expect(linesOf(server)).toEqual(['closed']);
  });

  it('exits on SIGTERM despite an idle keep-alive connection', async () => {
    const server = await start();
    const client = await connectTo(server);
    await client.write(`GET /webhook HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
    expect((await client.response()).status).toBe(405);
    server.program.signal('SIGTERM');
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
  });

  it('closes the store after requests in flight have ended', async () => {
    const server = await start();
    const { answered } = await begin(server);
    server.program.signal('SIGTERM');
    await untilClosed(server.port);
    expect(linesOf(server)).toEqual(['begun']);
    server.program.signal('SIGUSR2');
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
    expect(await answered).toBe(200);
    expect(linesOf(server)).toEqual(['begun', 'done', 'closed']);
  });

  it('exits 1 with a message when the grace period ends', async () => {
    const server = await start({ GRACE: '100' });
    await begin(server);
    server.program.signal('SIGTERM');
    expect(await server.program.end()).toEqual({ code: 1, signal: null });
    expect(server.program.stderr).toContain('Stopped after 100 ms');
    expect(linesOf(server)).toEqual(['begun']);
  });

  it('exits 1 with the reason when the store fails to close', async () => {
    const server = await start({ FAULT: 'the disk is gone' });
    server.program.signal('SIGINT');
    expect(await server.program.end()).toEqual({ code: 1, signal: null });
    expect(server.program.stderr).toContain('the disk is gone');
  });

  it('exits 130 on a second Ctrl-C', async () => {
    const server = await start();
    await begin(server);
    server.program.signal('SIGINT');
    await untilClosed(server.port);
    await waitForNextSignal();
    server.program.signal('SIGINT');
    expect(await server.program.end()).toEqual({ code: 130, signal: null });
    expect(linesOf(server)).toEqual(['begun']);
  });

  it('ignores a Ctrl-C that arrives twice at the same moment, and a later SIGTERM', async () => {
    const server = await start();
    const { answered } = await begin(server);
    server.program.signal('SIGHUP');
    await untilClosed(server.port);
    await waitForNextSignal();
    server.program.signal('SIGTERM');
    await server.program.says(/^received SIGTERM$/m);
    server.program.signal('SIGUSR2');
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
    expect(await answered).toBe(200);
  });
});
