import { connect } from 'node:net';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Job, sendFromPython } from '../product/support/sender.ts';
import { soon } from '../support/raw-client.ts';
import { platforms, type RunningPlatform } from './platforms.ts';

const secret = 'runtimes-s3cret-ünïcode';
const guide = { secret, dialect: 'guide', event_type: 'high_risk_event' } as const;
const shipped = { secret, dialect: 'shipped', event_type: 'scan.complete' } as const;
const megabytes = (size: number) => ({ text: 'x'.repeat(size * 1024 * 1024) });

describe.each(platforms)('A fetch server on $name', (platform) => {
  let server: RunningPlatform;
  let serial = 0;
  /** Returns data that differs in each call. */
  const data = () => ({ target: 'example.com', scan_id: `scan_${++serial}` });
  const post = async (path: string, ...jobs: readonly Omit<Job, 'url'>[]) => {
    const answers = await sendFromPython(...jobs.map((job) => ({ ...job, url: `${server.url}${path}` })));
    return answers.map(({ status }) => status);
  };
  const seen: string[] = [];
  const notes = async () => {
    const response = await fetch(`${server.url}/notes`);
    const latest: unknown = await response.json();
    if (Array.isArray(latest)) seen.push(...latest.map(String));
    return seen;
  };

  beforeAll(async () => {
    server = await platform.start();
  });
  afterAll(() => server?.stop());

  it.each(['/hono', '/fetch', '/middleware'])('accepts both dialects from Python at %s', async (path) => {
    const sent = [
      { ...guide, data: data() },
      { ...shipped, data: data() },
    ];
    expect(await post(path, ...sent)).toEqual([200, 200]);
    const name = path === '/middleware' ? 'middleware' : 'inline';
    const handled = [`${name} handled high_risk_event`, `${name} handled scan_completed`];
    expect(await notes()).toEqual(expect.arrayContaining(handled));
  });

  it.each(['/hono', '/fetch'])('rejects a forged signature with 401 at %s', async (path) => {
    expect(await post(path, { ...guide, data: data(), secret: 'another' })).toEqual([401]);
  });

  it.each(['/hono', '/fetch'])('recognizes a retry as a duplicate at %s', async (path) => {
    const url = `${server.url}${path}`;
    const answers = await sendFromPython({ ...shipped, url, data: data(), times: 2 });
    expect(answers.map(({ body }) => JSON.parse(body).status)).toEqual(['success', 'duplicate']);
  });

  it.each(['/hono', '/fetch', '/middleware'])(
    "sends 413 for 8 MB to Python's urllib in all of ten requests at %s",
    async (path) => {
      const answers = await post(path, { ...guide, data: megabytes(8), times: 10 });
      expect(answers).toEqual(Array.from({ length: 10 }, () => 413));
    },
  );

  it.each(['/hono', '/fetch'])(
    "sends 401 for a megabyte with a forged signature to Python's urllib in all of ten requests at %s",
    async (path) => {
      const answers = await post(path, { ...guide, data: megabytes(0.9), times: 10, secret: 'another' });
      expect(answers).toEqual(Array.from({ length: 10 }, () => 401));
    },
  );

  it('runs the handler once for equal deliveries that arrive together', async () => {
    const url = `${server.url}/slow`;
    const { headers, body } = await signedWebhook('scan_failed', { secret, url, data: data() });
    const statuses = await Promise.all(
      [1, 2, 3].map(async () => (await fetch(url, { method: 'POST', headers, body })).status),
    );
    expect(statuses).toEqual([200, 200, 200]);
    expect((await notes()).filter((note) => note === 'slow handled scan_failed')).toHaveLength(1);
  });

  it('finishes a handler whose sender has disconnected', async () => {
    const { host, port, hostname } = new URL(server.url);
    const { headers, body } = await signedWebhook('scan_started', { secret, data: data() });
    const head = Object.entries({ ...headers, host, 'content-length': Buffer.byteLength(body) })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.write(`POST /slow HTTP/1.1\r\n${head}\r\n${body}`, resolve));
    // By then the handler has started, or the request has not been read, and then no handler runs.
    await new Promise((resolve) => setTimeout(resolve, 150));
    socket.destroy();
    await vi.waitFor(async () => expect(await notes()).toContain('slow handled scan_started'), soon);
  });

  it.each(['/queue', '/fetch-queue'])(
    'runs the handlers of memoryQueue() after the response, in order and with retries, at %s',
    async (path) => {
      const types = ['scan_started', 'system_alert', 'scan_failed', 'scan_progress'];
      const sent = types.map((event_type) => ({ ...guide, event_type, data: data() }));
      expect(await post(path, ...sent)).toEqual([202, 202, 202, 202]);
      const handled = types.map((type) => `queued handled ${type}`);
      await vi.waitFor(async () => expect(await notes()).toEqual(expect.arrayContaining(handled)), soon);
      seen.length = 0;
    },
  );

  it('lets late handlers and listeners finish after the response', async () => {
    expect(await post('/late', { ...guide, event_type: 'scan_completed', data: data() })).toEqual([500]);
    const ended = ['late handler ended', 'late listener ended'];
    await vi.waitFor(async () => expect(await notes()).toEqual(expect.arrayContaining(ended)), soon);
  });

  it('accepts a delivery in memory without an execution context only if the process keeps running', async () => {
    const [status] = await post('/queue-without-context', { ...guide, data: data() });
    expect(status).toBe(platform.name === 'workerd' ? 500 : 202);
    const note = `queued ${platform.name === 'workerd' ? 'ConfigurationError' : 'accepted'}`;
    expect(await notes()).toContain(note);
  });
});
