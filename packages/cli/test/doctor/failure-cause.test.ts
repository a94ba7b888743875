import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { withSecret } from '../support/command.ts';
import { serveListener } from '../support/test-receivers.ts';

const listener: RequestListener = (req, res) => {
  req.resume().on('end', () => res.end('{}'));
};

/** Serve bytes that are not HTTP. */
async function serveBytes(bytes: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP port');
  return `http://127.0.0.1:${address.port}/webhook`;
}

const withTls = (url: string) => url.replace('http:', 'https:');
const withoutTls = (url: string) => url.replace('https:', 'http:');

interface Target {
  readonly url: string;
  readonly args: readonly string[];
}

/** Serve TLS. @returns the changed URL, and the arguments that send a certificate */
async function serveTls(
  changeUrl: (url: string) => string,
  certificateOf: 'no one' | 'client' | 'other authority',
  options: { readonly requestCert?: true; readonly maxVersion?: 'TLSv1.2'; readonly isTrusted?: false } = {},
): Promise<Target> {
  const { ca, server, client } = await makeCertificates();
  const otherClient = (await makeCertificates()).client;
  const { isTrusted = true, ...tls } = options;
  const url = await serveListener(listener, {
    ca: await readFile(ca),
    cert: await readFile(server.cert),
    key: await readFile(server.key),
    ...tls,
  });
  const { cert, key } = certificateOf === 'other authority' ? otherClient : client;
  const certificate = certificateOf === 'no one' ? [] : ['--client-cert', cert, '--client-key', key];
  return { url: changeUrl(url), args: [...(isTrusted ? ['--ca', ca] : []), ...certificate] };
}

const asIs = (url: string) => url;

describe.each(['send', 'doctor'])('%s names the cause of a missing response', (command) => {
  it.each<readonly [name: string, serve: () => Promise<Target>, says: RegExp]>([
    [
      'http to a port with TLS',
      () => serveTls(withoutTls, 'no one'),
      /serves TLS, not plain HTTP.*https:\/\//s,
    ],
    [
      'http to a port that requests a certificate',
      () => serveTls(withoutTls, 'no one', { requestCert: true }),
      /serves TLS, not plain HTTP/,
    ],
    [
      'https to a port without TLS',
      async () => ({ url: withTls(await serveListener(listener)), args: [] }),
      /serves plain HTTP, not TLS.*http:\/\//s,
    ],
    [
      'no certificate for a server that requires one',
      () => serveTls(asIs, 'no one', { requestCert: true }),
      /requires a client certificate, and none was sent.*--client-cert/s,
    ],
    [
      'no certificate for a server that requires one with TLS 1.2',
      () => serveTls(asIs, 'no one', { requestCert: true, maxVersion: 'TLSv1.2' }),
      /requires a client certificate, and none was sent.*--client-cert/s,
    ],
    [
      'a certificate of another authority',
      () => serveTls(asIs, 'other authority', { requestCert: true }),
      /probably rejects the certificate|rejected the client certificate/,
    ],
    [
      'a server whose certificate is not trusted',
      () => serveTls(asIs, 'no one', { isTrusted: false }),
      /certificate.*not trusted.*--ca/s,
    ],
    [
      'another protocol',
      async () => ({ url: await serveBytes('SSH-2.0-x\r\n'), args: [] }),
      /does not support HTTP/,
    ],
    [
      'a connection that is closed without a response',
      async () => ({ url: await serveBytes(''), args: [] }),
      /closed the connection without a response/,
    ],
    ['no server', async () => ({ url: 'http://127.0.0.1:1/webhook', args: [] }), /Nothing is listening/],
    [
      'a host that does not exist',
      async () => ({ url: 'http://nowhere.invalid/', args: [] }),
      /host name cannot be resolved/,
    ],
  ])('for %s', async (_name, serve, says) => {
    const { url, args } = await serve();
    const target = command === 'send' ? ['--url', url] : [url];
    const { code, output } = await withSecret([command, ...target, ...args], { env: { COLUMNS: '500' } });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(says) });
    expect(output).not.toMatch(/openssl|SSL routines|\\n/);
  });
});
