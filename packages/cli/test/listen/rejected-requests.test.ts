import { createHmac } from 'node:crypto';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { output, secret, spiderfoot, withSecret } from '../support/command.ts';
import { listening, sendEvent, until } from '../support/listen-process.ts';

const body = '{"event_type": "scan_completed", "timestamp": 1767225600, "data": {"target": "example.com"}}';
const hex = createHmac('sha256', secret).update(body).digest('hex');
/** Made with a secret that was read from a file with its newline. */
const withNewline = `sha256=${createHmac('sha256', `${secret}\n`).update(body).digest('hex')}`;
const wrong = `sha256=${createHmac('sha256', 'another').update(body).digest('hex')}`;

async function post(
  url: string,
  signature: string,
  headers: Readonly<Record<string, string>> = {},
  sent = body,
) {
  const all = { 'content-type': 'application/json', 'x-spiderfoot-signature': signature, ...headers };
  const response = await fetch(url, { method: 'POST', body: sent, headers: all });
  return response.status;
}

describe('listen diagnoses a rejected signature', () => {
  it('names the mistake of a secret file that curl and openssl used with its newline', async () => {
    const { url, program } = await listening();
    const file = join(await temporaryFolder(), 'body.json');
    await writeFile(file, body);
    const openssl = await output('openssl', ['dgst', '-sha256', '-hmac', `${secret}\n`, file]);
    const signature = `sha256=${openssl.split('= ')[1]}`;
    const args = ['-s', '-o', '/dev/null', '-w', '%{http_code}\\n', '--data-binary', `@${file}`];
    const status = await output('curl', [
      ...args,
      ...['-H', 'Content-Type: application/json', '-H', `X-SpiderFoot-Signature: ${signature}`, url],
    ]);
    expect(status).toBe('401');
    await program.says(/401 invalid_signature.*\n.*newline/);
    expect(program.output).not.toContain(secret);
    expect(program.output).not.toContain(hex);
  });

  it('names the mistake of a malformed header, whose request is rejected before its body is read', async () => {
    const { url, events } = await listening(['--json']);
    expect(await post(url, Buffer.from(hex, 'hex').toString('base64'))).toBe(401);
    await until(() => events().length === 1);
    expect(events()[0]).toMatchObject({
      code: 'invalid_signature',
      diagnosis: { kind: 'explained', mistakes: [{ name: expect.stringContaining('base64') }] },
    });
  });

  it('diagnoses each of several tries, and shows a repeated cause in a short form', async () => {
    const { url, program, events } = await listening(['--json']);
    for (let sent = 0; sent < 3; sent++) {
      expect(await post(url, withNewline)).toBe(401);
      await until(() => events().length > sent);
    }
    const shown = events().map(({ diagnosis, hint }) => ({ diagnosis, hint: String(hint) }));
    for (const { diagnosis } of shown) expect(diagnosis).toMatchObject({ kind: 'explained' });
    for (const { hint } of shown.slice(1)) expect(hint).toMatch(/same cause as before: .*newline/);
    expect(program.output).not.toContain(secret);
  });

  it('answers events and shows every rejection while a flood of large bodies is rejected', async () => {
    const { url, events } = await listening(['--json']);
    const large = `{"list": [${'1.50,'.repeat(150_000)}0]}`;
    const rejected = Promise.all(Array.from({ length: 20 }, () => post(url, wrong, {}, large)));
    const accepted = Array.from({ length: 10 }, (_, index) =>
      sendEvent(url, 'scan_started', { data: { index } }),
    );
    expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await rejected).toEqual(Array(20).fill(401));
    await until(() => events().length === 30);
    const diagnosed = events().filter(({ diagnosis }) => diagnosis !== undefined);
    expect(diagnosed.length).toBeLessThan(20);
  });
});

describe('listen --save-rejected', () => {
  it('saves a request so that the printed command diagnoses it', async () => {
    const folder = join(await temporaryFolder(), 'rejected');
    const { url, program } = await listening(['--save-rejected', folder]);
    const headers = { authorization: 'Bearer t0ken', 'x-api-key': 'k3y', 'x-copy': secret };
    expect(await post(url, withNewline, headers)).toBe(401);
    const [, printed = ''] = await program.says(/To diagnose it: .*? diagnose (.*)\n/);
    const [bodyFile = '', , headersFile = ''] = printed.split(' ');
    expect(await readFile(bodyFile, 'utf8')).toBe(body);
    const saved = await readFile(headersFile.slice(1), 'utf8');
    expect(saved).toMatch(/^x-spiderfoot-signature: sha256=[0-9a-f]{64}$/m);
    expect(saved).toMatch(/^authorization: \[removed\]$/m);
    for (const credential of ['t0ken', 'k3y', secret]) expect(saved).not.toContain(credential);
    expect((await stat(bodyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(headersFile.slice(1))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const { code, lines } = await withSecret(['diagnose', ...printed.split(' ')]);
    expect(code).toBe(1);
    expect(lines.join('\n')).toContain('newline');
  });

  it('saves an authentic request with an invalid event, and no accepted event', async () => {
    const folder = await temporaryFolder();
    const { url } = await listening(['--save-rejected', folder]);
    expect((await sendEvent(url)).status).toBe(200);
    expect((await sendEvent(url, 'scan_failed', { data: { target: 7 } })).status).toBe(400);
    await until(async () => (await readdir(folder)).length === 2);
    expect((await readdir(folder)).join(' ')).toMatch(/invalid_event\.body \S+invalid_event\.headers$/);
  });

  it('keeps the newest 100 requests, and no other file is deleted', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'notes.body'), 'mine');
    const { url } = await listening(['--save-rejected', folder]);
    const bodies = async () =>
      (await readdir(folder)).filter((name) => name.endsWith('signature.body')).sort();
    const sizeOf = async (name = 'notes.body') => (await stat(join(folder, name))).size;
    for (let sent = 1; sent <= 105; sent++) {
      expect(await post(url, wrong, {}, `${body}${' '.repeat(sent)}`)).toBe(401);
      // If requests arrive faster than the disk writes them, some are not saved.
      await until(async () => (await sizeOf((await bodies()).at(-1))) === body.length + sent);
    }
    await until(async () => (await readdir(folder)).length === 201);
    expect(await sizeOf((await bodies()).at(0))).toBe(body.length + 6);
    expect(await readFile(join(folder, 'notes.body'), 'utf8')).toBe('mine');
  });

  it('shows why a request cannot be saved', async () => {
    const folder = join(await temporaryFolder(), 'rejected');
    const { url, program } = await listening(['--save-rejected', folder]);
    await chmod(folder, 0o500);
    await writeFile(join(folder, 'probe'), '').catch(() => {});
    if ((await readdir(folder)).length > 0) await output('rm', ['-r', folder]);
    expect(await post(url, wrong)).toBe(401);
    await program.says(/could not be saved: /);
  });
});

describe('diagnose -H @FILE', () => {
  it('exits with 2 if the file cannot be read', async () => {
    const ended = await spiderfoot(['diagnose', '-H', '@missing.headers'], { input: body });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/--header .*cannot be read/) });
  });
});
