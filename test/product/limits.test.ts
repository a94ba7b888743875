import { afterAll, describe, expect, it } from 'vitest';
import { bytesOf, connectTo, resultOf, secret, send, webhook } from '../support/webhooks.ts';
import { listening, type Variables } from './support/examples.ts';
import { Program, stopPrograms } from './support/program.ts';

afterAll(stopPrograms);

async function start(env: Variables = {}) {
  const all = { PORT: '0', SPIDERFOOT_WEBHOOK_SECRET: secret, ...env };
  const server = await listening(
    new Program(process.execPath, ['test/product/programs/app-with-routes.mjs'], { env: all }),
  );
  return { ...server, path: '/webhook' };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;

describe('serve()', () => {
  it('drops connections above maxConnections, warns once, and accepts new ones when others have closed', async () => {
    const at = await start({ MAX_CONNECTIONS: '3' });
    const open = [await connectTo(at), await connectTo(at), await connectTo(at)];
    for (const client of open) {
      await client.write(bytesOf(at, await webhook()));
      expect((await client.response()).status).toBe(200);
    }
    for (let n = 0; n < 5; n++) expect(await (await connectTo(at)).rest()).toBe('');
    await at.program.says(/maxConnections: 3/);
    for (const client of open) {
      await client.write(bytesOf(at, await webhook()));
      expect((await client.response()).status).toBe(200);
    }
    open[0]?.destroy();
    // The server notices the closed connection a moment later.
    let answer: unknown;
    while (answer === undefined) answer = await send(at, await webhook()).then(resultOf, () => undefined);
    expect(answer).toMatchObject({ status: 200 });
    const warnings = at.program.stderr.split('\n').filter((line) => line.includes('maxConnections'));
    expect(warnings).toEqual([expect.stringMatching(/^warn .*dropped: 1, maxConnections: 3/)]);
  });

  it('keeps an idle connection for 65 s, which is longer than load balancers keep it', async () => {
    const at = await start({ KEEP_ALIVE: 'default' });
    const client = await connectTo(at);
    await client.write(bytesOf(at, await webhook()));
    expect((await client.response()).headers).toMatchObject({
      connection: 'keep-alive',
      'keep-alive': 'timeout=65',
    });
  });

  it('sends keepAliveTimeout in the Keep-Alive header', async () => {
    const at = await start({ KEEP_ALIVE: '620000' });
    const client = await connectTo(at);
    await client.write(bytesOf(at, await webhook()));
    expect((await client.response()).headers).toMatchObject({ 'keep-alive': 'timeout=620' });
  });

  it('closes a connection that pipelines an endless number of requests for a route of the app', async () => {
    const at = await start();
    const client = await connectTo(at);
    const requests = get('/counted').repeat(100_000);
    await client.write(requests).catch(() => {});
    const answers = (await client.rest()).match(/^HTTP\/1\.1 200 OK/gm) ?? [];
    // The reset that follows can arrive before some responses.
    expect(answers.length).toBeLessThanOrEqual(101);
    const next = await connectTo(at);
    await next.write(get('/counted'));
    // Only the requests in one packet were started.
    expect(Number((await next.response()).body)).toBeLessThan(10_000);
  });
});
