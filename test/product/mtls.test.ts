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

/** What the script has made: a folder with certificates and a spiderfoot.ini. */
async function makeCertificates(name: string): Promise<string> {
  const made = join(folder, name);
  const { code, stderr } = await run('sh', ['examples/mtls/make-certificates.sh', made]);
  if (code !== 0) throw new Error(stderr);
  return made;
}

function variables(made: string): Variables {
  return {
    PORT: '0',
    SPIDERFOOT_CONFIG: join(made, 'spiderfoot.ini'),
    TLS_CERT: join(made, 'receiver.pem'),
    TLS_KEY: join(made, 'receiver.key'),
    TLS_CLIENT_CA: join(made, 'ca.pem'),
  };
}

const launch = (env: Variables) => new Program(process.execPath, ['examples/mtls/dist/server.js'], { env });

describe('The example mtls', () => {
  let program: Program;
  let port = '';
  let ini = '';
  let strangers = '';
  let serial = 0;

  beforeAll(async () => {
    const made = await makeCertificates('own');
    strangers = await makeCertificates("a stranger's, 100%");
    program = launch(variables(made));
    [, port = ''] = await program.says(/^listening on https:\/\/127\.0\.0\.1:(\d+)\/webhook$/m);
    ini = readFileSync(join(made, 'spiderfoot.ini'), 'utf8').replace(':3443', `:${port}`);
  });

  /** Sends from Python, as a spiderfoot.ini says. */
  function send(content: string, type = 'scan_completed') {
    const file = join(folder, `${++serial}.ini`);
    writeFileSync(file, content);
    return run('python3', ['examples/mtls/send.py', file, type]);
  }

  it('takes what SpiderFoot sends with its certificate, from the file that both read', async () => {
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
      "with a stranger's",
      () => ini.replaceAll(/^(client_.*? = ).*\/(.*)$/gm, `$1${strangers.replace('%', '%%')}/$2`),
      'UNABLE_TO_[A-Z_]+',
    ],
  ] as const)('rejects who comes %s, and says so in a line', async (_, content, reason) => {
    const before = handledBy({ program }).length;
    const { code, lines, stderr } = await send(content());
    expect({ code, lines }).toEqual({ code: 1, lines: [] });
    expect(stderr).toMatch(/^no response: /);
    await program.says(new RegExp(`^warn  .* \\{ reason: '${reason}' \\}$`, 'm'));
    expect(handledBy({ program })).toHaveLength(before);
  });

  it('rejects another secret with 401, whatever certificate comes with it', async () => {
    const { code, stderr } = await send(ini.replace(/^secret = .*$/m, 'secret = another'));
    expect(code).toBe(1);
    expect(stderr).toContain(
      `401 ${JSON.stringify({ error: rejections.invalid_signature.error, code: 'invalid_signature' })}`,
    );
  });

  it('is not believed by a sender that trusts another authority', async () => {
    const { code, stderr } = await send(
      ini.replace(/^ca_bundle = .*$/m, `ca_bundle = ${strangers.replace('%', '%%')}/ca.pem`),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/certificate verify failed/i);
  });

  it('answers no plain HTTP, goes on serving, and exits 0 on SIGTERM', async () => {
    const client = await RawClient.connect(Number(port));
    await client.write('POST /webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n');
    await program.says(/reason: 'ERR_SSL_HTTP_REQUEST'/);
    client.destroy();
    expect((await send(ini)).code).toBe(0);
    program.signal('SIGTERM');
    expect(await program.end()).toEqual({ code: 0, signal: null });
    expect(program.output).not.toContain(/^secret = (.*)$/m.exec(ini)?.[1]);
  });

  it.each<readonly [what: string, env: Variables, sentence: RegExp]>([
    ['without certificates', { TLS_CERT: '/none.pem' }, /"TLS_CERT" names \/none\.pem/],
    [
      'without a configuration',
      { SPIDERFOOT_CONFIG: '/none.ini' },
      /names \/none\.ini, which cannot be read/,
    ],
    ['with a key of another', { TLS_KEY: 'strangers' }, /"tls"/],
  ])('says in a sentence what is wrong %s, and exits 1', async (_, env, sentence) => {
    const key = env.TLS_KEY === undefined ? {} : { TLS_KEY: join(strangers, 'receiver.key') };
    const failed = launch({ ...variables(join(folder, 'own')), ...env, ...key });
    expect(await failed.end()).toEqual({ code: 1, signal: null });
    expect(failed.stderr).toMatch(sentence);
    expect(failed.stderr.trim().split('\n')).toHaveLength(1);
  });
});
