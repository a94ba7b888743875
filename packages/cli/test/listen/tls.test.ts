import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { run } from '../../../../test/product/support/program.ts';
import { makeCertificates } from '../support/certificates.ts';
import { spiderfoot, withSecret } from '../support/command.ts';
import { listening, until } from '../support/listen-process.ts';

describe('listen and send', () => {
  it.each(['guide', 'shipped'])('listen and send work together in the dialect %s', async (dialect) => {
    const { url, program } = await listening(['--verbose']);
    const sent = await withSecret(['send', 'scan_completed', '--dialect', dialect, '--url', url]);
    expect(sent).toMatchObject({ code: 0, output: expect.stringContaining('200') });
    await program.says(/scan_completed .* processed/);
    await program.says(dialect === 'guide' ? /^ {2}"data": \{$/m : /^ {2}"payload": \{$/m);
  });

  it('the send command that listen prints works', async () => {
    const { program } = await listening(['--make-secret'], { env: {} });
    const [, line = ''] = await program.says(/Send an event: {2}node \S+ (.*)/);
    expect(await spiderfoot(line.split(' '))).toMatchObject({ code: 0 });
    await program.says(/scan_completed .* processed/);
  });

  it('listen and send work together over TLS, and --client-ca rejects senders without a certificate of this authority', async () => {
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
      /REJECTED +ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE[^\n]*\n.*client_cert and client_key/,
    );

    const { client: other } = await makeCertificates();
    const sent = await send('--ca', ca, '--client-cert', other.cert, '--client-key', other.key);
    expect(sent.code).toBe(1);
    await until(() => program.output.includes('was not issued by --client-ca'));
  });

  it('listen and send show the cause if one side does not use TLS, or the sender does not trust the certificate', async () => {
    const { ca, server } = await makeCertificates();
    const { url, program } = await listening(['--tls-cert', server.cert, '--tls-key', server.key]);
    expect((await withSecret(['send', '--url', url])).code).toBe(1);
    // Like SpiderFoot, Python's urllib sends an alert with the reason before it closes the connection.
    const python = 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])';
    expect((await run('python3', ['-c', python, url])).code).toBe(1);
    await program.says(/REJECTED +ERR_SSL_TLSV1_ALERT_UNKNOWN_CA[^\n]*\n.*ca_bundle/);
    expect((await withSecret(['send', '--url', url.replace('https:', 'http:')])).code).toBe(1);
    await program.says(/REJECTED +ERR_SSL_HTTP_REQUEST[^\n]*\n.*https:\/\//);
    expect((await withSecret(['send', '--url', url, '--ca', ca])).code).toBe(0);
  });

  it('listen shuts down although a client keeps an idle connection open', async () => {
    const { ca, server } = await makeCertificates();
    const { url, stop } = await listening(['--tls-cert', server.cert, '--tls-key', server.key]);
    const idle = connect(Number(new URL(url).port), '127.0.0.1');
    idle.on('error', () => {});
    await new Promise((resolve) => idle.once('connect', resolve));
    expect((await withSecret(['send', '--url', url, '--ca', ca])).code).toBe(0);
    expect(await stop()).toBe(0);
    idle.destroy();
  });

  it('exits with 2 if the certificate and the key do not match', async () => {
    const { server, client } = await makeCertificates();
    const args = ['listen', '--port', '0', '--tls-cert', server.cert, '--tls-key', client.key];
    const { code, stderr } = await withSecret(args);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^error: --tls-cert, --tls-key or --client-ca /),
    });
  });
});
