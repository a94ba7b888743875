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
  // Of a server that is stopped no answer comes.
  answered.catch(() => {});
  await program.says(/^begun$/m);
  return { answered };
}

async function connectTo({ port }: Listening): Promise<RawClient> {
  const client = await RawClient.connect(port);
  onTestFinished(() => client.destroy());
  return client;
}

/** A second signal sooner than this is the first, passed on. */
const later = () => new Promise((resolve) => setTimeout(resolve, 600));

const said = ({ program }: Listening) => program.lines.slice(1);

describe('A server', () => {
  it('ends by SIGTERM though a connection is open that has said nothing, or half a head', async () => {
    const server = await start();
    await connectTo(server);
    const client = await connectTo(server);
    await client.write('POST /webhook HTTP/1.1\r\nHost: ');
    server.program.signal('SIGTERM');
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
    expect(said(server)).toEqual(['closed']);
  });

  it('ends though a connection is kept that has had its answer', async () => {
    const server = await start();
    const client = await connectTo(server);
    await client.write(`GET /webhook HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
    expect((await client.response()).status).toBe(405);
    server.program.signal('SIGTERM');
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
  });

  it('closes the store once what is in flight is through', async () => {
    const server = await start();
    const { answered } = await begin(server);
    server.program.signal('SIGTERM');
    await untilClosed(server.port);
    expect(said(server)).toEqual(['begun']);
    server.program.signal('SIGUSR2');
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
    expect(await answered).toBe(200);
    expect(said(server)).toEqual(['begun', 'done', 'closed']);
  });

  it('exits 1 where its grace is over, and says so', async () => {
    const server = await start({ GRACE: '100' });
    await begin(server);
    server.program.signal('SIGTERM');
    expect(await server.program.end()).toEqual({ code: 1, signal: null });
    expect(server.program.stderr).toContain('Stopped after 100 ms');
    expect(said(server)).toEqual(['begun']);
  });

  it('exits 1 where the store does not close, and says why', async () => {
    const server = await start({ FAULT: 'the disk is gone' });
    server.program.signal('SIGINT');
    expect(await server.program.end()).toEqual({ code: 1, signal: null });
    expect(server.program.stderr).toContain('the disk is gone');
  });

  it('exits 130 by a second Ctrl-C', async () => {
    const server = await start();
    await begin(server);
    server.program.signal('SIGINT');
    await untilClosed(server.port);
    await later();
    server.program.signal('SIGINT');
    expect(await server.program.end()).toEqual({ code: 130, signal: null });
    expect(said(server)).toEqual(['begun']);
  });

  it('takes a Ctrl-C and its echo for one wish, and a later SIGTERM for the same', async () => {
    const server = await start();
    const { answered } = await begin(server);
    server.program.signal('SIGHUP');
    await untilClosed(server.port);
    await later();
    server.program.signal('SIGTERM');
    await server.program.says(/^SIGTERM came$/m);
    server.program.signal('SIGUSR2');
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
    expect(await answered).toBe(200);
  });
});
