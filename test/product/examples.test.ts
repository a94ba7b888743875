import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { soon } from '../support/raw-client.ts';
import {
  examples,
  handledBy,
  type Listening,
  launch,
  listening,
  secret,
  serveExample,
  untilClosed,
  type Variables,
} from './support/examples.ts';
import { beginWebhook } from './support/half-sent.ts';
import { Program, stopPrograms } from './support/program.ts';
import { sendFromPython } from './support/sender.ts';

const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-examples-'));
afterAll(() => {
  stopPrograms();
  rmSync(folder, { recursive: true });
});

describe.each(examples)('The example %s', (example) => {
  const handledStatus = example === 'existing-express-api' ? 201 : 200;
  const guide = { secret, dialect: 'guide', event_type: 'high_risk_event' } as const;
  const shipped = { secret, dialect: 'shipped', event_type: 'scan.complete' } as const;

  describe('in operation', () => {
    let server: Listening;
    let serial = 0;
    /** Returns data that differs in each call. */
    const finding = () => ({ target: 'example.com', data: `CVE-${++serial}` });

    beforeAll(async () => {
      server = await serveExample(example, { SPIDERFOOT_WEBHOOK_SECRET_PREVIOUS: 'the-one-before' });
    });
    afterAll(() => server.program.kill());

    it('rejects another secret with 401 and accepts the previous one', async () => {
      const { url } = server;
      const answers = await sendFromPython(
        { ...guide, url, data: finding(), secret: 'another' },
        { ...guide, url, data: finding(), secret: 'the-one-before' },
      );
      expect(answers.map(({ status }) => status)).toEqual([401, handledStatus]);
      expect(answers[0]?.body).toContain('"code":"invalid_signature"');
    });

    it('ignores X-Forwarded-For and allows every address by default', async () => {
      const headers = { 'X-Forwarded-For': '192.0.2.7' };
      const [answer] = await sendFromPython({ ...guide, url: server.url, data: finding(), headers });
      expect(answer?.status).toBe(handledStatus);
    });

    it('returns 200 from /health', async () => {
      const response = await fetch(server.url.replace('/webhook', '/health'));
      expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    });
  });

  it('prints each event of both dialects once, even if it is repeated, and exits 0 on SIGTERM', async () => {
    const server = await serveExample(example);
    const { url } = server;
    const answers = await sendFromPython(
      { ...guide, url, times: 3, data: { target: 'example.com', data: 'CVE-2021-44228' } },
      { ...shipped, url, times: 3, data: { scan_id: 's1', target: 'exämple.com', score: Number.NaN } },
      { ...guide, url, event_type: 'scan_completed', data: { scan_id: 's1', target: 'exämple.com' } },
    );
    server.program.signal('SIGTERM');
    expect(await server.program.end()).toEqual({ code: 0, signal: null });

    const again = {
      status: 200,
      body: expect.stringMatching(/^\{"status":"duplicate","id":"[0-9a-f]{32}"\}$/),
    };
    const first = { status: handledStatus, body: expect.stringContaining('"status":"success"') };
    expect(answers).toEqual([first, again, again, first, again, again, first]);
    const [finding, scan] = [answers[1], answers[4]].map((answer) => JSON.parse(answer?.body ?? '{}').id);
    expect(handledBy(server)).toEqual([
      { handled: 'high_risk_event', id: finding },
      { handled: 'scan_completed', id: scan },
      { handled: 'scan_completed', id: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
  });

  const modes = example === 'existing-express-api' ? ['inline'] : ['inline', 'queued'];
  it.each(modes)('handles each event once with a database (%s), even after a restart', async (mode) => {
    const env = {
      SPIDERFOOT_WEBHOOK_STORE: join(folder, `${example}-${mode}.db`),
      SPIDERFOOT_WEBHOOK_MODE: mode,
    };
    // Fixed timestamps, so that both runs send the same bytes.
    const sendTo = ({ url }: Listening) =>
      sendFromPython(
        { ...guide, url, times: 2, data: { data: 'CVE-2021-44228' }, timestamp: '2024-01-01T12:00:00Z' },
        { ...shipped, url, times: 2, data: { target: 'exämple.com' }, timestamp: 1704110400.25 },
      );
    const first = await serveExample(example, env);
    const answers = (await sendTo(first)).map(({ status }) => status);
    const accepted = mode === 'queued' ? 202 : handledStatus;
    expect(answers).toEqual([accepted, 200, accepted, 200]);
    first.program.signal('SIGTERM');
    expect(await first.program.end()).toEqual({ code: 0, signal: null });

    const second = await serveExample(example, env);
    const duplicate: unknown = expect.stringContaining('"status":"duplicate"');
    expect(await sendTo(second)).toEqual(Array(4).fill({ status: 200, body: duplicate }));
    // The second process handles the events that the first one has accepted but not handled.
    const handled = () => [...handledBy(first), ...handledBy(second)];
    await vi.waitFor(() => expect(handled().length).toBeGreaterThanOrEqual(2), soon);
    second.program.signal('SIGTERM');
    expect(await second.program.end()).toEqual({ code: 0, signal: null });
    expect(
      handled()
        .map((line) => JSON.stringify(line))
        .toSorted(),
    ).toEqual([
      expect.stringMatching(/^\{"handled":"high_risk_event","id":"[0-9a-f]{32}"\}$/),
      expect.stringMatching(/^\{"handled":"scan_completed","id":"[0-9a-f]{32}"\}$/),
    ]);
  });

  it('rejects addresses that are not allowed with 403, even with an allowed address in X-Forwarded-For', async () => {
    const { url } = await serveExample(example, { SPIDERFOOT_ALLOWED_IPS: '192.0.2.7, 198.51.100.0/24' });
    const answers = await sendFromPython(
      { ...guide, url, data: {} },
      { ...guide, url, data: {}, headers: { 'X-Forwarded-For': '192.0.2.7' } },
    );
    const rejected = { status: 403, body: '{"error":"Address not allowed","code":"ip_not_allowed"}' };
    expect(answers).toEqual([rejected, rejected]);
  });

  it('reads X-Forwarded-For of a trusted proxy from right to left', async () => {
    const env = { SPIDERFOOT_ALLOWED_IPS: '192.0.2.7', SPIDERFOOT_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8' };
    const { url } = await serveExample(example, env);
    const chains = ['192.0.2.7', '203.0.113.9, 192.0.2.7, 10.1.2.3', '192.0.2.7, 203.0.113.9', '203.0.113.9'];
    const answers = await sendFromPython(
      ...chains.map((chain) => ({
        ...guide,
        url,
        data: { data: chain },
        headers: { 'X-Forwarded-For': chain },
      })),
    );
    expect(answers.map(({ status }) => status)).toEqual([handledStatus, handledStatus, 403, 403]);
  });

  it('finishes requests in flight on SIGTERM, accepts no new ones, and exits 0', async () => {
    const server = await serveExample(example);
    const { client, finish } = await beginWebhook(server, 'scan_completed', secret);
    server.program.signal('SIGTERM');
    await untilClosed(server.port);
    await finish();
    const { status, body } = await client.response();
    expect([status, body]).toEqual([handledStatus, expect.stringContaining('"status":"success"')]);
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
    expect(handledBy(server)).toMatchObject([{ handled: 'scan_completed' }]);
  });

  it('prints an IPv6 address in brackets', async () => {
    const { url } = await serveExample(example, { HOST: '::1' });
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/webhook$/);
    const [answer] = await sendFromPython({ ...shipped, url, data: {} });
    expect(answer?.status).toBe(handledStatus);
  });

  describe('with an invalid configuration', () => {
    const other = createServer();
    let usedPort = 0;
    beforeAll(async () => {
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const address = other.address();
      usedPort = typeof address === 'object' && address !== null ? address.port : 0;
    });
    afterAll(() => void other.close());

    it.each<readonly [problem: string, env: Variables, reason: RegExp]>([
      ['without a secret', { SPIDERFOOT_WEBHOOK_SECRET: '' }, /"SPIDERFOOT_WEBHOOK_SECRET" is not set/],
      ['with a port that is not a number', { PORT: 'http' }, /"PORT" is "http"/],
      ['with a port that is in use', { PORT: 'used' }, /"port" is \d+, but another process already listens/],
      ['with a host of another machine', { HOST: '192.0.2.1' }, /"host".*192\.0\.2\.1/],
      [
        'with a host name in the allowed addresses',
        { SPIDERFOOT_ALLOWED_IPS: 'example.com' },
        /"allowedIps".*"example\.com"/,
      ],
      [
        'with an invalid proxy range',
        { SPIDERFOOT_TRUSTED_PROXIES: '10.0.0.0/99' },
        /"trustedProxies".*"10\.0\.0\.0\/99"/,
      ],
      ['with an empty list of addresses', { SPIDERFOOT_ALLOWED_IPS: ',' }, /"SPIDERFOOT_ALLOWED_IPS" is ","/],
      [
        'with a queue but no database',
        { SPIDERFOOT_WEBHOOK_MODE: 'queued' },
        /"SPIDERFOOT_WEBHOOK_MODE" is "queued", which needs a store/,
      ],
      [
        'with an unknown mode',
        { SPIDERFOOT_WEBHOOK_STORE: join(folder, 'none.db'), SPIDERFOOT_WEBHOOK_MODE: 'later' },
        /"SPIDERFOOT_WEBHOOK_MODE" is "later"/,
      ],
    ])('exits 1 with one line that names the reason %s', async (_, env, reason) => {
      const port = env.PORT === 'used' ? String(usedPort) : (env.PORT ?? '0');
      const program = launch(example, { SPIDERFOOT_WEBHOOK_SECRET: secret, ...env, PORT: port });
      expect(await program.end()).toEqual({ code: 1, signal: null });
      expect(program.stderr).toMatch(reason);
      expect(program.stderr.trimEnd()).not.toContain('\n');
      expect(program.lines).toEqual([]);
    });
  });

  it('starts with pnpm, and exits on SIGTERM to the program or to its process group', async () => {
    const start = `exec pnpm --filter @spiderfoot-webhooks/example-${example} start`;
    const env = { PORT: '0', SPIDERFOOT_WEBHOOK_SECRET: secret };
    for (const recipient of ['program', 'group'] as const) {
      const program = new Program('npx', ['--yes', '--package=pnpm@10.34.9', '-c', start], { env });
      const server = await listening(program);
      const { client, finish } = await beginWebhook(server, 'scan.complete', secret);
      program.signal('SIGTERM', recipient);
      await untilClosed(server.port);
      await finish();
      expect((await client.response()).status).toBe(handledStatus);
      // The exit codes of npx and pnpm do not matter, only that the server ends.
      await program.end();
      expect(handledBy(server)).toMatchObject([{ handled: 'scan_completed' }]);
    }
  }, 120_000);
});

it('The example existing-express-api, whose route responds itself, rejects a queue', async () => {
  const program = launch('existing-express-api', {
    PORT: '0',
    SPIDERFOOT_WEBHOOK_SECRET: secret,
    SPIDERFOOT_WEBHOOK_STORE: join(folder, 'queue.db'),
    SPIDERFOOT_WEBHOOK_MODE: 'queued',
  });
  expect(await program.end()).toEqual({ code: 1, signal: null });
  expect(program.stderr).toMatch(/^Option "queue" .*webhookMiddleware/m);
});
