import { createServer } from 'node:http';
import { join } from 'node:path';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { secret, withSecret } from '../support/command.ts';
import { get, type Listening, listening, sendEvent, start, until } from '../support/listen-process.ts';

const inspectorOf = ({ program }: Listening) => /^inspector (\S+)$/m.exec(program.output)?.[1];

/** Listen on a free port until the test ends. */
async function occupiedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP port');
  return address.port;
}

/** Send the form that replays a delivery, as the page does. */
async function replay(url: string, key: string): Promise<Response> {
  const page = await fetch(new URL('/deliveries', url));
  const cookie = page.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(await page.text()) ?? [];
  return fetch(new URL('/replay', url), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: new URL(url).origin },
    body: new URLSearchParams({ csrf, key, back: '' }),
  });
}

describe('listen with a store', () => {
  it('serves a page with the deliveries on this machine, and prints its address', async () => {
    const running = await listening(['--store', join(await temporaryFolder(), 'w.db')]);
    const inspector = inspectorOf(running) ?? '';
    expect(new URL(inspector).hostname).toBe('127.0.0.1');
    await sendEvent(running.url, 'scan_completed', { data: { target: 'seen.example' } });
    expect(await get(inspector, '/deliveries')).toMatchObject({
      status: 200,
      body: expect.stringContaining('seen.example'),
    });
    expect((await get(inspector, '/deliveries', { 'x-forwarded-for': '203.0.113.9' })).status).toBe(403);
    expect(await running.stop()).toBe(0);
  });

  it('serves the page on --inspector-port, and fails if that port is in use', async () => {
    const port = await occupiedPort();
    const store = join(await temporaryFolder(), 'w.db');
    const failed = await withSecret([
      'listen',
      '--port',
      '0',
      '--store',
      store,
      '--inspector-port',
      `${port}`,
    ]);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining(`127.0.0.1:${port}`) });
  });

  it('uses a free port for the page if the port after that of the webhooks is in use', async () => {
    const taken = await occupiedPort();
    const store = join(await temporaryFolder(), 'w.db');
    const running = await listening(['--store', store, '--port', `${taken - 1}`]);
    expect(inspectorOf(running)).not.toContain(`:${taken}`);
    expect((await get(inspectorOf(running) ?? '', '/deliveries')).status).toBe(200);
  });

  it('serves no page with --no-inspector', async () => {
    const store = join(await temporaryFolder(), 'w.db');
    expect(inspectorOf(await listening(['--store', store, '--no-inspector']))).toBeUndefined();
  });
});

it('listen without a store serves no page', async () => {
  expect(inspectorOf(await listening())).toBeUndefined();
});

describe('inspect', () => {
  /** Store a delivery and close the store. @returns the path of the file and the key of the delivery */
  async function storedDelivery() {
    const path = join(await temporaryFolder(), 'w.db');
    const { url, stop } = await listening(['--store', path, '--no-inspector']);
    await sendEvent(url, 'scan_completed', { data: { target: 'stored.example' } });
    await stop();
    return path;
  }

  it('shows the deliveries of a file, replays one, and ends on SIGTERM with 0', async () => {
    const path = await storedDelivery();
    const program = start(['inspect', path, '--port', '0'], { env: { SPIDERFOOT_WEBHOOK_SECRET: secret } });
    const [, url = ''] = await program.says(/inspector (\S+)/);
    const { body } = await get(url, '/deliveries');
    expect(body).toContain('stored.example');
    const [, key = ''] = /data-key="([^"]+)"/.exec(body) ?? [];
    expect((await replay(url, key)).status).toBe(303);
    const store = openStore(path, { readOnly: true });
    onTestFinished(() => store.close());
    await until(async () => (await store.get(key))?.state === 'queued');
    program.signal('SIGTERM');
    expect((await program.end()).code).toBe(0);
  });

  it('refuses to replay with --read-only', async () => {
    const program = start(['inspect', await storedDelivery(), '--port', '0', '--read-only']);
    const [, url = ''] = await program.says(/inspector (\S+)/);
    const [, key = ''] = /data-key="([^"]+)"/.exec((await get(url, '/deliveries')).body) ?? [];
    expect((await replay(url, key)).status).toBe(403);
  });

  it('names the file that is missing', async () => {
    const path = join(await temporaryFolder(), 'none.db');
    expect(await withSecret(['inspect', path, '--port', '0'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('none.db'),
    });
  });
});
