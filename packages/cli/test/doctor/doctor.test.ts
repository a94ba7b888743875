import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCertificates, temporaryFolder } from '../support/certificates.ts';
import { output, secret, spiderfoot, withSecret } from '../support/command.ts';
import { listening } from '../support/listen-process.ts';
import { serveListener } from '../support/test-receivers.ts';

type Verdicts = Readonly<Record<string, string>>;

interface Examined {
  readonly code: number | null;
  readonly verdicts: Verdicts;
  readonly text: string;
}

async function runChecks(url: string, ...args: string[]): Promise<Examined> {
  const { code, lines, stderr } = await withSecret(['doctor', url, '--json', ...args]);
  if (lines.length === 0) throw new Error(stderr);
  const findings = lines.map((line) => JSON.parse(line));
  const verdicts = Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]));
  return { code, verdicts, text: lines.join('\n') };
}

const allOk = {
  // SpiderFoot's dispatcher does not send to loopback addresses.
  guard: 'warn',
  reachable: 'ok',
  tls: 'ok',
  route: 'ok',
  health: 'ok',
  unsigned: 'ok',
  tampered: 'ok',
  signed: 'ok',
  duplicate: 'ok',
  clock: 'ok',
  latency: 'ok',
};

describe('doctor', () => {
  it('reports no problem with `listen`, which shows each test event', async () => {
    const { url, program } = await listening();
    const { code, verdicts, text } = await runChecks(url);
    expect({ code, verdicts }).toMatchObject({ code: 0, verdicts: allOk });
    expect(text).toMatch(/"seen":"median \d+ ms, maximum \d+ ms, in \d+ requests"/);
    const seen = program.lines.filter((line) => /webhook\.test .*processed/.test(line));
    expect(seen).toHaveLength(1);
    // The lines of these requests follow their diagnosis.
    await program.says(/401 missing_signature/);
    await program.says(/401 invalid_signature/);
  });

  it('shows a line for each check, and the fix below each problem', async () => {
    const { url } = await listening();
    const { code, lines } = await spiderfoot(['doctor', url, '--secret', 'another'], {
      env: { COLUMNS: '60' },
    });
    expect(code).toBe(1);
    const text = lines.join('\n');
    expect(text).toMatch(/^ok {4}reachable +\S.* \d+ ms$/m);
    expect(text).toMatch(
      /^fail {2}signed +A signed webhook\.test event was rejected:\n +401 invalid_signature\n +The secret that you/m,
    );
    expect(text).toMatch(/^skip {2}duplicate/m);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(text).not.toContain('another\n');
  });

  it('skips only the checks that require a secret if none is given', async () => {
    const { url } = await listening();
    const { code, lines } = await spiderfoot(['doctor', url, '--json']);
    expect(code).toBe(0);
    const verdicts = Object.fromEntries(
      lines.map((line) => JSON.parse(line)).map(({ check, verdict }) => [check, verdict]),
    );
    expect(verdicts).toEqual({ ...allOk, signed: 'skip', duplicate: 'skip' });
  });

  it('fails a receiver with --insecure, because it accepts forged events', async () => {
    const { url } = await listening(['--insecure'], { env: {} });
    const { code, verdicts } = await runChecks(url);
    expect(code).toBe(1);
    expect(verdicts).toEqual({ ...allOk, unsigned: 'fail', tampered: 'fail' });
  });

  it('fails a wrong path, and an address that is not allowed', async () => {
    const { url } = await listening();
    expect((await runChecks(`${url}s`)).verdicts).toMatchObject({ route: 'fail', signed: 'fail' });
    const closed = await listening(['--allow-ip', '192.0.2.1']);
    const { verdicts, text } = await runChecks(closed.url);
    expect(verdicts).toMatchObject({ unsigned: 'ok', tampered: 'ok', signed: 'fail' });
    expect(text).toContain("add the address to the receiver's allowlist");
  });

  it.each<readonly [name: string, listener: RequestListener, verdicts: Verdicts]>([
    [
      'a server that answers 200 to everything',
      (_req, res) => void res.end('OK'),
      { route: 'warn', health: 'ok', unsigned: 'fail', tampered: 'fail', signed: 'ok', duplicate: 'warn' },
    ],
    [
      'a redirect',
      (_req, res) => void res.writeHead(308, { location: '/elsewhere' }).end(),
      { route: 'fail', health: 'fail', signed: 'fail', duplicate: 'skip' },
    ],
    [
      'a proxy in front of a receiver that is down',
      (_req, res) => void res.writeHead(502).end('<html>Bad gateway'),
      { route: 'fail', health: 'fail', unsigned: 'warn', signed: 'fail' },
    ],
    [
      'a clock that is an hour behind',
      (_req, res) => void res.writeHead(405, { date: new Date(Date.now() - 3_600_000).toUTCString() }).end(),
      { route: 'ok', clock: 'warn' },
    ],
    [
      'a server without a Date header',
      (_req, res) => {
        res.sendDate = false;
        res.writeHead(405).end();
      },
      { clock: 'skip' },
    ],
    [
      'a slow receiver',
      (_req, res) => void setTimeout(() => res.writeHead(405).end(), 1050),
      { latency: 'warn' },
    ],
    [
      'a receiver that closes the connection of a POST',
      (req, res) => (req.method === 'GET' ? void res.writeHead(405).end() : void req.socket.destroy()),
      { route: 'ok', health: 'warn', unsigned: 'fail', signed: 'fail', latency: 'fail' },
    ],
    [
      'an endless response with escape sequences',
      (_req, res) => {
        res.writeHead(405, { location: 'x' });
        const more = setInterval(() => res.write('\u001b[2J'.repeat(10_000)), 5);
        res.once('close', () => clearInterval(more));
      },
      { route: 'ok' },
    ],
    [
      'a login page',
      (_req, res) =>
        void res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><form>'),
      {
        route: 'fail',
        health: 'warn',
        unsigned: 'fail',
        tampered: 'fail',
        signed: 'fail',
        duplicate: 'skip',
      },
    ],
    [
      'a web page without a content type',
      (_req, res) => void res.writeHead(200).end('\n<html><body>Welcome'),
      { route: 'fail', unsigned: 'fail', signed: 'fail' },
    ],
    [
      'a redirect to a login page',
      (req, res) =>
        void (req.method === 'GET' ? res.writeHead(405) : res.writeHead(302, { location: '/login' })).end(),
      { route: 'ok', unsigned: 'warn', signed: 'fail' },
    ],
  ])('reports the right verdicts for %s', async (_name, listener, verdicts) => {
    const examined = await runChecks(await serveListener(listener));
    expect(examined.verdicts).toMatchObject(verdicts);
    expect(examined.code).toBe(Object.values(examined.verdicts).includes('fail') ? 1 : 0);
    expect(examined.text).not.toContain(secret);
  });

  it('reports a port without a server, and a server that does not respond in time', async () => {
    const refused = await runChecks('http://127.0.0.1:1/webhook');
    expect(refused).toMatchObject({ code: 1, verdicts: { reachable: 'fail', tls: 'skip', latency: 'skip' } });
    expect(refused.text).toContain('Nothing is listening');
    const silent = await runChecks(await serveListener(() => {}), '--timeout', '300ms');
    expect(silent).toMatchObject({ code: 1, verdicts: { reachable: 'fail' } });
    expect(silent.text).toContain('in time');
  });

  it.each<readonly [name: string, listener: RequestListener, check: string, fix: RegExp]>([
    [
      'a wrong secret, for a receiver that does not use the kit',
      (req, res) => void res.writeHead(req.method === 'GET' ? 405 : 401).end('no'),
      'signed',
      /secret/,
    ],
    [
      'a login in front of the receiver',
      (_req, res) => void res.writeHead(401, { 'www-authenticate': 'Basic' }).end(),
      'signed',
      /login/,
    ],
    [
      'a web page',
      (_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end(),
      'signed',
      /login/,
    ],
    ['an address that is not allowed', (_req, res) => void res.writeHead(403).end(), 'signed', /address/],
    ['a path that does not exist', (_req, res) => void res.writeHead(404).end(), 'unsigned', /path/],
    ['a proxy without its receiver', (_req, res) => void res.writeHead(502).end(), 'signed', /proxy/],
    ['a redirect', (_req, res) => void res.writeHead(302, { location: '/' }).end(), 'signed', /redirect/],
  ])('names the likely cause: %s', async (_name, listener, check, fix) => {
    const { text } = await runChecks(await serveListener(listener));
    const finding = text
      .split('\n')
      .map((line) => JSON.parse(line))
      .find((each) => each.check === check);
    expect(finding.fix).toMatch(fix);
  });

  it('names /webhook if a receiver responds there, but not at the given path', async () => {
    const { url } = await listening();
    const { verdicts, text } = await runChecks(url.replace('/webhook', '/hooks'));
    expect(verdicts).toMatchObject({ route: 'fail', unsigned: 'warn', signed: 'fail' });
    expect(text).toContain('a receiver responds at /webhook');
  });

  it('names a wrong secret as the likely cause', async () => {
    const { url } = await listening();
    const { lines } = await spiderfoot(['doctor', url, '--json', '--secret', 'another']);
    const finding = lines.map((line) => JSON.parse(line)).find(({ check }) => check === 'signed');
    expect(finding).toMatchObject({
      verdict: 'fail',
      fix: expect.stringMatching(/secret .* probably differs/),
    });
  });

  it('requires a URL', async () => {
    expect(await spiderfoot(['doctor', 'http://'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/'http:\/\/' is invalid/),
    });
    expect(await spiderfoot(['doctor'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/missing required argument/),
    });
  });
});

describe('doctor over TLS', () => {
  it('trusts --ca, sends --client-cert, and shows when the certificate expires', async () => {
    const { ca, server, client } = await makeCertificates();
    const { url } = await listening(['--tls-cert', server.cert, '--tls-key', server.key, '--client-ca', ca]);
    // The test certificates are valid for two days.
    const trusted = await runChecks(
      url,
      '--ca',
      ca,
      '--client-cert',
      client.cert,
      '--client-key',
      client.key,
    );
    expect(trusted).toMatchObject({ code: 0, verdicts: { ...allOk, tls: 'warn' } });
    expect(trusted.text).toMatch(/TLSv1\.3, valid until \d{4}-\d\d-\d\d: 1 days? left/);
    const withoutCertificate = await runChecks(url, '--ca', ca);
    expect(withoutCertificate).toMatchObject({ code: 1, verdicts: { reachable: 'fail' } });
    expect(withoutCertificate.text).toContain('--client-cert');
  });

  it('sends no request to a server that it does not trust', async () => {
    const { server } = await makeCertificates();
    const { url, program } = await listening(['--tls-cert', server.cert, '--tls-key', server.key]);
    const { code, verdicts, text } = await runChecks(url);
    expect({ code, verdicts }).toMatchObject({
      code: 1,
      verdicts: { reachable: 'ok', tls: 'fail', signed: 'skip' },
    });
    expect(text).toContain('--ca');
    expect(program.lines).toEqual([]);
  });

  it('reports an expired certificate, one for another host, and a port without TLS', async () => {
    const folder = await temporaryFolder();
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const request = join(folder, 'request.pem');
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
    const san = ['-subj', '/CN=x', '-addext', 'subjectAltName=DNS:other.example'];
    const listener: RequestListener = (_req, res) => void res.end();
    const serve = async () =>
      serveListener(listener, { cert: await readFile(cert), key: await readFile(key) });

    await output('openssl', ['req', '-x509', ...newKey, ...san, '-days', '90', '-out', cert]);
    expect((await runChecks(await serve(), '--ca', cert)).text).toMatch(
      /not trusted: it is for another host name/,
    );
    await output('openssl', ['req', ...newKey, ...san, '-out', request]);
    await output('openssl', ['x509', '-req', '-in', request, '-signkey', key, '-days', '-1', '-out', cert]);
    expect((await runChecks(await serve(), '--ca', cert)).text).toMatch(
      /The certificate expired \d days? ago/,
    );

    const plain = await serveListener(listener);
    const { verdicts, text } = await runChecks(plain.replace('http:', 'https:'));
    expect(verdicts).toMatchObject({ reachable: 'fail' });
    expect(text).toContain('plain HTTP, not TLS');
  });
});
