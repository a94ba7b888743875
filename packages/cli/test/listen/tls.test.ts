import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { run } from '../../../../test/product/support/program.ts';
import { makeCertificates } from '../support/certificates.ts';
import { spiderfoot, withSecret } from '../support/command.ts';
import { listening, until } from '../support/listen-process.ts';

describe('listen and send', () => {
  it.each(['guide', 'shipped'])('understand each other in the dialect %s', async (dialect) => {
    const { url, program } = await listening(['--verbose']);
    const sent = await withSecret(['send', 'scan_completed', '--dialect', dialect, '--url', url]);
    expect(sent).toMatchObject({ code: 0, output: expect.stringContaining('200') });
    await program.says(/scan_completed .* processed/);
    await program.says(dialect === 'guide' ? /^ {2}"data": \{$/m : /^ {2}"payload": \{$/m);
  });

  it('understand each other by the line that listen shows', async () => {
    const { program } = await listening(['--make-secret'], { env: {} });
    const [, line = ''] = await program.says(/Send it one: {2}node \S+ (.*)/);
    expect(await spiderfoot(line.split(' '))).toMatchObject({ code: 0 });
    await program.says(/scan_completed .* processed/);
  });

  it('speak TLS, and listen takes only senders with a certificate where it is told to', async () => {
    const { ca, server, client } = await makeCertificates();
    const args = ['--tls-cert', server.cert, '--tls-key', server.key, '--client-ca', ca];
    const { url, program } = await listening(args);
    expect(url).toMatch(/^https:/);
    const send = (...more: string[]) => withSecret(['send', 'scan_completed', '--url', url, ...more]);
    expect(await send('--ca', ca, '--client-cert', client.cert, '--client-key', client.key)).toMatchObject({
      code: 0,
    });
    await program.says(/scan_completed .* processed/);

    expect((await send('--ca', ca)).code).toBe(1);
    await program.says(
      /REJECTED +ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE[^\n]*\n +The sender sends no certificate/,
    );

    const stranger = await makeCertificates();
    expect(
      (await send('--ca', ca, '--client-cert', stranger.client.cert, '--client-key', stranger.client.key))
        .code,
    ).toBe(1);
    await until(() => program.output.includes('was not issued by --client-ca'));
  });

  it('say what is wrong where one of them speaks no TLS, or trusts no certificate', async () => {
    const { ca, server } = await makeCertificates();
    const { url, program } = await listening(['--tls-cert', server.cert, '--tls-key', server.key]);
    expect((await withSecret(['send', '--url', url])).code).toBe(1);
    // As SpiderFoot does, and says why it leaves.
    const python = 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])';
    expect((await run('python3', ['-c', python, url])).code).toBe(1);
    await program.says(
      /REJECTED +ERR_SSL_TLSV1_ALERT_UNKNOWN_CA[^\n]*\n +The sender does not trust this certificate/,
    );
    expect((await withSecret(['send', '--url', url.replace('https:', 'http:')])).code).toBe(1);
    await program.says(/REJECTED +ERR_SSL_HTTP_REQUEST[^\n]*\n +The sender speaks plain HTTP/);
    expect((await withSecret(['send', '--url', url, '--ca', ca])).code).toBe(0);
  });

  it('end in time though somebody holds a connection open without saying a word', async () => {
    const { ca, server } = await makeCertificates();
    const { url, stop } = await listening(['--tls-cert', server.cert, '--tls-key', server.key]);
    const idle = connect(Number(new URL(url).port), '127.0.0.1');
    idle.on('error', () => {});
    await new Promise((resolve) => idle.once('connect', resolve));
    expect((await withSecret(['send', '--url', url, '--ca', ca])).code).toBe(0);
    expect(await stop()).toBe(0);
    idle.destroy();
  });

  it('says that certificate and key do not belong together', async () => {
    const { server, client } = await makeCertificates();
    const args = ['listen', '--port', '0', '--tls-cert', server.cert, '--tls-key', client.key];
    const { code, stderr } = await withSecret(args);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^error: --tls-cert, --tls-key or --client-ca cannot be used/),
    });
  });
});
