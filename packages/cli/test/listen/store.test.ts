import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { secret, spiderfoot, withSecret } from '../support/command.ts';
import { listening, sendEvent, until } from '../support/listen-process.ts';

async function newDatabase(): Promise<string> {
  return join(await temporaryFolder(), 'w.db');
}

describe('listen with --store', () => {
  it('recognizes duplicates after a restart, and handles deliveries that another process replays', async () => {
    const db = await newDatabase();
    const first = await listening(['--store', db]);
    const timestamp = new Date();
    expect((await sendEvent(first.url, 'scan_completed', { timestamp })).body).toContain('success');
    expect(await first.stop()).toBe(0);

    const { url, program } = await listening(['--store', db]);
    expect((await sendEvent(url, 'scan_completed', { timestamp })).body).toContain('duplicate');
    await program.says(/duplicate/);
    const replayed = await spiderfoot(['replay', '1', '--store', db]);
    expect(replayed).toMatchObject({ code: 0, lines: ['Replayed 1: scan_completed, previously processed.'] });
    await program.says(/scan_completed .* handled/);
    await until(
      async () =>
        (await spiderfoot(['log', '--store', db, '--json'])).lines[0]?.includes('"processed"') === true,
    );
  });

  it('keeps rejected requests with --keep-rejected', async () => {
    const db = await newDatabase();
    const { url, stop } = await listening(['--store', db, '--keep-rejected', '1']);
    for (const body of ['{"n":1}', '{"n":2}']) {
      const headers = { 'content-type': 'application/json', 'x-spiderfoot-signature': '0'.repeat(64) };
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(401);
    }
    expect(await stop()).toBe(0);
    const store = openStore(db, { readOnly: true });
    onTestFinished(() => store.close());
    const { latest } = await store.rejections();
    expect(latest).toMatchObject([{ code: 'invalid_signature' }]);
    const rejection = await store.rejection(latest[0]?.key ?? '');
    expect(Buffer.from(rejection?.request?.body ?? []).toString()).toBe('{"n":2}');
  });

  it('answers 202 before the event is handled with --queue', async () => {
    const { url, program } = await listening(['--store', await newDatabase(), '--queue']);
    expect(await sendEvent(url)).toMatchObject({ status: 202, body: expect.stringContaining('accepted') });
    await program.says(/accepted[\s\S]*handled/);
  });

  it('reads the store and the mode from the environment', async () => {
    const folder = await temporaryFolder();
    const env = {
      SPIDERFOOT_WEBHOOK_SECRET: secret,
      SPIDERFOOT_WEBHOOK_STORE: 'e.db',
      SPIDERFOOT_WEBHOOK_MODE: 'queued',
    };
    const { url, program } = await listening([], { env, cwd: folder });
    expect((await sendEvent(url)).status).toBe(202);
    expect(program.stderr).toMatch(/store.* e\.db, .*handled after the response/);
    expect(existsSync(join(folder, 'e.db'))).toBe(true);
  });

  it('exits with 2 if the file is not a database', async () => {
    const db = await newDatabase();
    await writeFile(db, 'x'.repeat(5000));
    const { code, stderr } = await withSecret(['listen', '--port', '0', '--store', db]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^error: --store .*is not a database/),
    });
  });
});

/** Serve a target of forwarded events, and collect their bodies. @param statusOf returns the status of each response */
async function serveTarget(statusOf: () => number): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    req.on('end', () => {
      bodies.push(body);
      res.writeHead(statusOf()).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/let-me-in`, bodies };
}

describe('listen with --forward', () => {
  it('forwards events to several targets, and shows a line for each', async () => {
    const slack = await serveTarget(() => 200);
    const soc = await serveTarget(() => 204);
    const file = join(await temporaryFolder(), 'url.txt');
    await writeFile(file, `${slack.url}\n`);
    const env = { SPIDERFOOT_WEBHOOK_SECRET: secret, SPIDERFOOT_FORWARD_SECRET: 'another' };
    const { url, program } = await listening(
      ['--forward', `slack=@${file}`, '--forward', `webhook=${soc.url}`],
      { env },
    );
    expect((await sendEvent(url)).status).toBe(200);
    await program.says(/→ slack/);
    await program.says(/→ webhook/);
    expect(slack.bodies).toHaveLength(1);
    expect(slack.bodies[0]).toContain('example.com');
    expect(JSON.parse(soc.bodies[0] ?? '')).toMatchObject({ event_type: 'scan_completed' });
    expect(program.output).not.toContain('let-me-in');
  });

  it('shows a failed target without its URL, and forwards a retry only to that target', async () => {
    let isDown = true;
    const slack = await serveTarget(() => (isDown ? 400 : 200));
    const soc = await serveTarget(() => 200);
    const env = { SPIDERFOOT_WEBHOOK_SECRET: secret, SPIDERFOOT_FORWARD_SECRET: 'another' };
    const db = await newDatabase();
    const args = ['--store', db, '--forward', `slack=${slack.url}`, '--forward', `webhook=${soc.url}`];
    const { url, program } = await listening(args, { env });
    const timestamp = new Date();
    expect((await sendEvent(url, 'high_risk_event', { timestamp })).status).toBe(500);
    await program.says(/FAILED +slack[^\n]*\n +\S/);
    await program.says(/500 handler_failed/);
    isDown = false;
    expect((await sendEvent(url, 'high_risk_event', { timestamp })).status).toBe(200);
    expect([slack.bodies.length, soc.bodies.length]).toEqual([2, 1]);
    expect(program.output).not.toContain('let-me-in');
    const shown = await spiderfoot(['log', 'show', '1', '--store', db]);
    expect(shown.output).toMatch(/handler +slack succeeded, 2 attempts$/m);
    expect(shown.output).toMatch(/handler +webhook succeeded, 1 attempt$/m);
  });
});

describe('listen with --config', () => {
  it('serves one endpoint per section, with its own secret, path and events', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'spiderfoot.cfg');
    const sections = [
      '[webhooks]\nenabled = true\ndefault_url = http://127.0.0.1:3000/webhook\nsecret = first-secret\nevents = scan_completed,high_risk_event,correlation_found\nmax_retries = 3\nretry_delay = 30',
      '[webhooks:soc]\nurl = http://127.0.0.1:3000/soc\nsecret = second-secret\nevents = all\nunknown_key = 1',
    ];
    await writeFile(file, `${sections.join('\n\n')}\n`);
    const { url, program } = await listening(['--config', file], { env: {} });
    await program.says(/listening on \S+\/soc\n/);
    const soc = new URL('/soc', url).href;
    expect((await sendEvent(url, 'scan_completed', { secret: 'first-secret' })).body).toContain('success');
    expect((await sendEvent(url, 'scan_started', { secret: 'first-secret' })).body).toContain('ignored');
    expect((await sendEvent(soc, 'scan_started', { secret: 'second-secret' })).body).toContain('success');
    expect((await sendEvent(soc, 'scan_started', { secret: 'first-secret' })).status).toBe(401);
    expect(program.output).not.toMatch(/first-secret|second-secret/);
    expect(program.stderr).toMatch(/line 13: "unknown_key" in \[webhooks:soc\] is ignored/);
  });

  it('names the file, the line and the key of an error, but not the value', async () => {
    const file = join(await temporaryFolder(), 'spiderfoot.cfg');
    await writeFile(file, '[webhooks]\nsecret = let-me-in\nallowed_ips = let-me-in\n');
    const { code, stderr } = await spiderfoot(['listen', '--port', '0', '--config', file]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/"allowed_ips" in .*spiderfoot\.cfg, line 3/),
    });
    expect(stderr).not.toContain('let-me-in');
  });
});
