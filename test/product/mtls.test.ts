import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rejections } from '@spiderfoot-webhooks/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawClient } from '../support/raw-client.ts';
import { handledBy, type Variables } from './support/examples.ts';
import { Program, run, stopPrograms } from './support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-mtls-'));
afterAll(() => {
  stopPrograms();
  rmSync(folder, { recursive: true });
});

/** Runs the script. @returns the folder with certificates and a spiderfoot.ini */
async function makeCertificates(name: string): Promise<string> {
  const created = join(folder, name);
  const { code, stderr } = await run('sh', ['examples/mtls/make-certificates.sh', created]);
  if (code !== 0) throw new Error(stderr);
  return created;
}

function variables(created: string): Variables {
  return {
    PORT: '0',
    SPIDERFOOT_CONFIG: join(created, 'spiderfoot.ini'),
    TLS_CERT: join(created, 'receiver.pem'),
    TLS_KEY: join(created, 'receiver.key'),
    TLS_CLIENT_CA: join(created, 'ca.pem'),
  };
}

const launch = (env: Variables) => new Program(process.execPath, ['examples/mtls/dist/server.js'], { env });

describe('The example mtls', () => {
  let program: Program;
  let port = '';
  let ini = '';
  let otherAuthority = '';
  let serial = 0;

  beforeAll(async () => {
    const created = await makeCertificates('own');
    otherAuthority = await makeCertificates("a stranger's, 100%");
    program = launch(variables(created));
    [, port = ''] = await program.says(/^listening on https:\/\/127\.0\.0\.1:(\d+)\/webhook$/m);
    ini = readFileSync(join(created, 'spiderfoot.ini'), 'utf8').replace(':3443', `:${port}`);
  });

  /** Sends an event from Python with the given spiderfoot.ini. */
  function send(content: string, type = 'scan_completed') {
    const file = join(folder, `${++serial}.ini`);
    writeFileSync(file, content);
    return run('python3', ['examples/mtls/send.py', file, type]);
  }

  it('accepts an event from a sender with a certificate that shares its spiderfoot.ini', async () => {
    const { code, lines } = await send(ini, 'high_risk_event');
    expect({ code, lines }).toEqual({
      code: 0,
      lines: [expect.stringMatching(/^200 \{"status":"success","id":"[0-9a-f]{32}"\}$/)],
    });
    await program.says(/"handled":"high_risk_event"/);
  });

  it.each([
    [
      'without a certificate',
      () => ini.replace(/^client_.*\n/gm, ''),
      'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
    ],
    [
      'with a certificate of another authority',
      () => ini.replaceAll(/^(client_.*? = ).*\/(.*)$/gm, `$1${otherAuthority.replace('%', '%%')}/$2`),
      'UNABLE_TO_[A-Z_]+',
    ],
  ] as const)('rejects a client %s and logs the reason', async (_, content, reason) => {
    const before = handledBy({ program }).length;
    const { code, lines, stderr } = await send(content());
    expect({ code, lines }).toEqual({ code: 1, lines: [] });
    expect(stderr).toMatch(/^no response: /);
    await program.says(new RegExp(`^warn  .* \\{ reason: '${reason}' \\}$`, 'm'));
    expect(handledBy({ program })).toHaveLength(before);
  });

  it('rejects another secret with 401, even with a valid certificate', async () => {
    const { code, stderr } = await send(ini.replace(/^secret = .*$/m, 'secret = another'));
    expect(code).toBe(1);
    expect(stderr).toContain(
      `401 ${JSON.stringify({ error: rejections.invalid_signature.error, code: 'invalid_signature' })}`,
    );
  });

  it('presents a certificate that a sender with another authority rejects', async () => {
    const { code, stderr } = await send(
      ini.replace(/^ca_bundle = .*$/m, `ca_bundle = ${otherAuthority.replace('%', '%%')}/ca.pem`),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/certificate verify failed/i);
  });

  it('rejects plain HTTP, continues to serve, and exits 0 on SIGTERM', async () => {
    const client = await RawClient.connect(Number(port));
    await client.write('POST /webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n');
    await program.says(/reason: 'ERR_SSL_HTTP_REQUEST'/);
    client.destroy();
    expect((await send(ini)).code).toBe(0);
    program.signal('SIGTERM');
    expect(await program.end()).toEqual({ code: 0, signal: null });
    expect(program.output).not.toContain(/^secret = (.*)$/m.exec(ini)?.[1]);
  });

  it.each<readonly [problem: string, env: Variables, reason: RegExp]>([
    ['without certificates', { TLS_CERT: '/none.pem' }, /"TLS_CERT" names \/none\.pem/],
    [
      'without a configuration',
      { SPIDERFOOT_CONFIG: '/none.ini' },
      /names \/none\.ini, which does not exist/,
    ],
    ['with the key of another certificate', { TLS_KEY: 'another' }, /"tls"/],
  ])('exits 1 with one line that names the reason %s', async (_, env, reason) => {
    const key = env.TLS_KEY === undefined ? {} : { TLS_KEY: join(otherAuthority, 'receiver.key') };
    const failed = launch({ ...variables(join(folder, 'own')), ...env, ...key });
    expect(await failed.end()).toEqual({ code: 1, signal: null });
    expect(failed.stderr).toMatch(reason);
    expect(failed.stderr.trim().split('\n')).toHaveLength(1);
  });
});
