import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sign } from '@spiderfoot-webhooks/core';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Program } from '../../../../test/product/support/program.ts';
import { temporaryFolder } from '../support/certificates.ts';
import { binary, secret, spiderfoot } from '../support/command.ts';
import { get, listening, sendEvent, start, until } from '../support/listen-process.ts';
import { controlCharacters, inTerminal } from '../support/terminal.ts';

async function post(url: string, body: string, headers: Readonly<Record<string, string>>) {
  const response = await fetch(url, { method: 'POST', body, headers });
  return response.status;
}

const json = { 'content-type': 'application/json' };

describe('listen', () => {
  it('shows each event as a line with time, severity, type, target, scan, outcome and milliseconds', async () => {
    const { url, program } = await listening();
    expect((await sendEvent(url)).status).toBe(200);
    expect((await sendEvent(url, 'alert.critical')).status).toBe(200);
    expect((await sendEvent(url, 'own.type', { data: { target: 'example.org' } })).status).toBe(200);
    await until(() => program.lines.length === 3);
    const [scan, alert, unknown] = program.lines;
    expect(scan).toMatch(
      /^\d\d:\d\d:\d\d {2}HIGH +scan_completed +example\.com +scan_12345 +processed +\d+(?:\.\d)? ms$/,
    );
    expect(alert).toMatch(/CRITICAL +alert\.critical +A database is open to the internet +processed/);
    expect(unknown).toMatch(/LOW +own\.type +example\.org +processed/);
  });

  it('names the sender of an unsigned event if the headers show it', async () => {
    const { url, program } = await listening();
    const { url: to, ...init } = await signedWebhook('scan.error', { secret: false, dialect: 'topic', url });
    expect((await fetch(to, init)).status).toBe(401);
    await program.says(/missing_signature[\s\S]*WebhookChannel/);
  });

  it('shows a duplicate', async () => {
    const { url, program } = await listening();
    const { url: to, ...init } = await signedWebhook('scan_failed', { secret, url });
    expect((await fetch(to, init)).status).toBe(200);
    expect(await (await fetch(to, init)).json()).toMatchObject({ status: 'duplicate' });
    await until(() => program.lines.length === 2);
    expect(program.lines[1]).toMatch(/MEDIUM +scan_failed .* duplicate/);
  });

  it.each([
    { mode: 'on a terminal', run: () => inTerminal(['listen', '--port', '0'], { columns: 200 }) },
    { mode: 'with --make-secret', run: () => start(['listen', '--port', '0', '--make-secret']) },
  ])('generates a secret $mode, and prints a command that uses it', async ({ run }) => {
    const program = run();
    const [, url = ''] = await program.says(/listening on.*? (http\S+)/);
    const [, generated = '', printedUrl = ''] = await program.says(
      /generated for this run: ([0-9a-f]{32})\r?\n.*--url (\S+) --secret \1/,
    );
    expect(printedUrl).toBe(url);
    expect((await sendEvent(url, 'scan_started', { secret: generated })).status).toBe(200);
    expect((await sendEvent(url, 'scan_started', { secret: 'another' })).status).toBe(401);
    const second = run();
    await second.says(/generated for this run: [0-9a-f]{32}/);
    expect(second.output).not.toContain(generated);
  });

  it.each([
    { env: {}, args: [], says: /^error: .*secret.*\n.*SPIDERFOOT_WEBHOOK_SECRET.*--make-secret/ },
    {
      env: { SPIDERFOOT_WEBHOOK_SECRET: '' },
      args: [],
      says: /^error: SPIDERFOOT_WEBHOOK_SECRET is set but empty/,
    },
    {
      env: { SPIDERFOOT_WEBHOOK_SECRET: '' },
      args: ['--make-secret'],
      says: /^error: SPIDERFOOT_WEBHOOK_SECRET is set but empty/,
    },
  ])('exits with 2 without a secret and a terminal: $env $args', async ({ env, args, says }) => {
    const folder = await temporaryFolder();
    const ended = await spiderfoot(['listen', '--port', '0', '--store', 'w.db', ...args], {
      env,
      cwd: folder,
    });
    expect(ended).toMatchObject({ code: 2, lines: [], stderr: expect.stringMatching(says) });
    expect(existsSync(join(folder, 'w.db'))).toBe(false);
  });

  it.each([
    ['UTF-8', Buffer.from('\ufeffs3cret')],
    ['UTF-16', Buffer.from('\ufeffs3cret', 'utf16le')],
  ])('exits with 2 if a secret file begins with the byte order mark of %s', async (_encoding, content) => {
    const file = join(await temporaryFolder(), 'secret.txt');
    await writeFile(file, content);
    const ended = await spiderfoot(['listen', '--port', '0', '--secret-file', file], { env: {} });
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('byte order mark'),
    });
  });

  it('does not show a given secret', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'secret.txt');
    await writeFile(file, `${secret}\n`);
    const fromFile = await listening(['--secret-file', file, '--verbose'], { env: {} });
    expect((await sendEvent(fromFile.url)).status).toBe(200);
    await until(() => fromFile.program.lines.length > 10);
    // The printed command must work when it is copied.
    expect(fromFile.program.stderr).toContain(` --secret-file ${file}\n`);
    const fromFlag = await listening(['--secret', secret], { env: {} });
    expect((await sendEvent(fromFlag.url)).status).toBe(200);
    for (const { program } of [fromFile, fromFlag]) expect(program.output).not.toContain(secret);
  });

  it('accepts the current and the previous secret', async () => {
    const env = { SPIDERFOOT_WEBHOOK_SECRET: secret, SPIDERFOOT_WEBHOOK_SECRET_PREVIOUS: 'previous' };
    const { url } = await listening([], { env });
    expect((await sendEvent(url, 'scan_started', { secret: 'previous' })).status).toBe(200);
    expect((await sendEvent(url)).status).toBe(200);
  });

  it('shows the reason and a hint for each rejection', async () => {
    const { url, program } = await listening();
    const body = '{"event_type":"scan_completed","timestamp":"2024-01-01T12:00:00Z","data":{"target":7}}';
    const signed = { ...json, 'x-spiderfoot-signature': await sign(secret, body) };
    expect(await post(url, body, json)).toBe(401);
    expect(await post(url, body, { ...signed, 'x-spiderfoot-signature': `sha256=${'0'.repeat(64)}` })).toBe(
      401,
    );
    expect(await post(url, body, { ...signed, 'content-type': 'text/plain' })).toBe(415);
    expect(await post(url, body, signed)).toBe(400);
    expect((await get(url, '/webhook')).status).toBe(405);
    expect(await post(`${url}s`, body, signed)).toBe(404);
    await program.says(/404 not_found[\s\S]*webhooks to \/webhook/);
    // The lines of these requests follow their diagnosis.
    await program.says(/401 missing_signature/);
    await program.says(/401 invalid_signature/);
    const text = program.lines.join('\n');
    expect(text).toMatch(
      /REJECTED +401 missing_signature from 127\.0\.0\.1 .*\n +Set "secret" in SpiderFoot's/,
    );
    expect(text).toMatch(/401 invalid_signature .*\n.*diagnose/);
    expect(text).toMatch(/415 unsupported_media_type .*\n/);
    expect(text).toMatch(/400 invalid_event scan_completed .*\n +data\.target: /);
    expect(text).toMatch(/405 method_not_allowed .*\n +Send webhooks with POST/);
  });

  it('shows headers and the body with --verbose, with secret headers masked', async () => {
    const { url, program } = await listening(['--verbose']);
    const headers = {
      authorization: 'Bearer let-me-in',
      cookie: 'sid=let-me-in',
      'x-api-key': 'let-me-in',
      'x-other': 'seen',
    };
    expect((await sendEvent(url, 'scan_completed', { headers })).status).toBe(200);
    await program.says(/"scan_name": "Weekly Security Scan"/);
    expect(program.output).not.toContain('let-me-in');
    expect(program.output).toMatch(/^ {2}authorization: \*\*\*$/m);
    expect(program.output).toMatch(/^ {2}x-other: seen$/m);
    expect(program.output).toMatch(/^ {2}x-spiderfoot-signature: sha256=[0-9a-f]{32}…$/m);
    expect(program.output).toMatch(/^ {2}"event_type": "scan_completed",$/m);
  });

  it('shows no body that contains the secret with --verbose', async () => {
    const { url, program } = await listening(['--verbose']);
    const signature = { ...json, 'x-spiderfoot-signature': `sha256=${'0'.repeat(64)}` };
    for (const [name, value] of [
      ['plain', secret],
      ['escaped', secret.replace('-', '\\u002d')],
      ['other', 'harmless'],
    ]) {
      expect(await post(url, `{"${name}": "${value}"}`, signature)).toBe(401);
    }
    await program.says(/"other": "harmless"/);
    expect(program.output).not.toMatch(/"plain"|"escaped"/);
    expect(program.output).not.toContain(secret);
  });

  it('writes a line of JSON for each event and each rejection with --json', async () => {
    const { url, program, events } = await listening(['--json', '--verbose']);
    await sendEvent(url, 'high_risk_event');
    await sendEvent(url, 'high_risk_event', { secret: 'another' });
    await until(() => program.lines.length === 2);
    const [processed, rejected] = events();
    expect(processed).toMatchObject({
      outcome: 'processed',
      status: 200,
      verified: true,
      eventType: 'high_risk_event',
      severity: 'HIGH',
      target: 'example.com',
      scanId: 'scan_12345',
      dialect: 'guide',
      endpoint: 'default',
      ip: '127.0.0.1',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      ms: expect.any(Number),
    });
    expect(JSON.parse(String(processed?.body))).toMatchObject({ data: { data: 'CVE-2021-44228' } });
    expect(rejected).toMatchObject({
      outcome: 'rejected',
      status: 401,
      code: 'invalid_signature',
      verified: false,
      hint: expect.any(String),
      diagnosis: { kind: 'unknown', mistakes: [] },
    });
  });

  it('accepts unsigned events with --insecure, and marks every line', async () => {
    const { url, program } = await listening(['--insecure']);
    const body = '{"event_type":"scan_completed","timestamp":"2024-01-01T12:00:00Z","data":{}}';
    expect(await post(url, body, json)).toBe(200);
    expect((await sendEvent(url, 'scan_started', { secret: 'any' })).status).toBe(200);
    expect((await get(url, '/webhook')).status).toBe(405);
    await until(() => program.lines.length === 4);
    expect(program.stderr).toMatch(/UNVERIFIED: --insecure /);
    expect(program.lines.filter((line) => line.startsWith('UNVERIFIED  '))).toHaveLength(3);
    const withJson = await listening(['--insecure', '--json']);
    await post(withJson.url, body, json);
    await until(() => withJson.program.lines.length === 1);
    expect(withJson.events()).toMatchObject([{ outcome: 'processed', verified: false }]);
  });

  it('escapes control characters of an event', async () => {
    const { url, program } = await listening(['--verbose']);
    const hostile = '\u001b[2J\u001b]0;owned\u0007\r\n12:00:00  INFO  forged\u202e\u0085';
    const data = { target: hostile, scan_id: hostile, severity: hostile, [hostile]: hostile };
    expect((await sendEvent(url, `evil\u001b[31m\n`, { data })).status).toBe(200);
    await program.says(/\n\}\n/);
    expect(controlCharacters(program.output)).toEqual([]);
    expect(program.lines.filter((line) => /^\d\d:\d\d:\d\d/.test(line))).toHaveLength(1);
    expect(program.lines[0]).toContain('\\u001b[2J');
  });

  it('survives bodies that are nested deeply or very long', async () => {
    const { url, program, stop } = await listening(['--verbose', '--insecure']);
    const deep = `{"event_type":"x","data":${'['.repeat(400)}${Array(100_000).fill('1').join(',')}${']'.repeat(400)}}`;
    expect(await post(url, deep, json)).toBe(200);
    const long = JSON.stringify({ event_type: 'x', data: { target: 'ä\u0301'.repeat(200_000) } });
    expect(await post(url, long, json)).toBe(200);
    expect(await post(url, `${'['.repeat(200_000)}`, json)).toBe(400);
    expect((await sendEvent(url, 'scan_started')).status).toBe(200);
    await program.says(/scan_started/);
    expect(program.output.length).toBeLessThan(1_000_000);
    expect(await stop()).toBe(0);
  });

  it('exits with 0 on SIGTERM', async () => {
    const { url, program, stop } = await listening();
    expect((await sendEvent(url)).status).toBe(200);
    expect(await stop()).toBe(0);
    expect(program.lines).toHaveLength(1);
    await expect(sendEvent(url)).rejects.toThrow();
  });

  it('ends when the npm process that started it gets SIGTERM, which npm does not forward', async () => {
    const folder = await temporaryFolder();
    const start = `"${process.execPath}" "${binary}" listen --port 0`;
    await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts: { start } }));
    const npm = new Program('npm', ['start'], { cwd: folder, env: { SPIDERFOOT_WEBHOOK_SECRET: secret } });
    onTestFinished(() => npm.kill());
    const [, url = ''] = await npm.says(/listening on (\S+)/);
    expect((await sendEvent(url)).status).toBe(200);
    npm.signal('SIGTERM');
    await until(() =>
      sendEvent(url).then(
        () => false,
        () => true,
      ),
    );
  });

  it('ends without an error message when the reader of its output ends', async () => {
    const line = `"${process.execPath}" "${binary}" listen --port 0 --json | head -n 1`;
    const pipe = new Program('sh', ['-c', line], { env: { SPIDERFOOT_WEBHOOK_SECRET: secret } });
    onTestFinished(() => pipe.kill());
    const [, url = ''] = await pipe.says(/listening on (\S+)/);
    expect((await sendEvent(url, 'scan_started')).status).toBe(200);
    await pipe.says(/"scan_started"/);
    // The reader has closed the pipe.
    await sendEvent(url, 'scan_failed').catch(() => undefined);
    expect((await pipe.end()).code).toBe(0);
    expect(pipe.stderr).not.toMatch(/EPIPE|Error/);
  });
});
