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

/** Serves bytes that are not HTTP. */
async function serveBytes(bytes: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen on a TCP port');
  return `http://127.0.0.1:${address.port}/webhook`;
}

const withTls = (url: string) => url.replace('http:', 'https:');
const withoutTls = (url: string) => url.replace('https:', 'http:');

interface Place {
  readonly url: string;
  readonly args: readonly string[];
}

async function tlsPlace(
  change: (url: string) => string,
  shown: 'nothing' | 'client' | 'stranger',
  options: { readonly requestCert?: true; readonly maxVersion?: 'TLSv1.2'; readonly isTrusted?: false } = {},
): Promise<Place> {
  const { ca, server, client } = await makeCertificates();
  const stranger = (await makeCertificates()).client;
  const { isTrusted = true, ...tls } = options;
  const url = await serveListener(listener, {
    ca: await readFile(ca),
    cert: await readFile(server.cert),
    key: await readFile(server.key),
    ...tls,
  });
  const { cert, key } = shown === 'stranger' ? stranger : client;
  const certificate = shown === 'nothing' ? [] : ['--client-cert', cert, '--client-key', key];
  return { url: change(url), args: [...(isTrusted ? ['--ca', ca] : []), ...certificate] };
}

const asIs = (url: string) => url;

describe.each(['send', 'doctor'])('%s names the cause if no answer comes', (command) => {
  it.each<readonly [what: string, place: () => Promise<Place>, says: RegExp]>([
    [
      'http to a port with TLS',
      () => tlsPlace(withoutTls, 'nothing'),
      /speaks TLS, not plain HTTP.*https:\/\//s,
    ],
    [
      'http to a port that asks for a certificate',
      () => tlsPlace(withoutTls, 'nothing', { requestCert: true }),
      /speaks TLS, not plain HTTP/,
    ],
    [
      'https to a port without TLS',
      async () => ({ url: withTls(await serveListener(listener)), args: [] }),
      /speaks plain HTTP, not TLS.*http:\/\//s,
    ],
    [
      'no certificate for a server that asks for one',
      () => tlsPlace(asIs, 'nothing', { requestCert: true }),
      /requires a client certificate, and none was sent.*--client-cert/s,
    ],
    [
      'no certificate for a server that asks for one with TLS 1.2',
      () => tlsPlace(asIs, 'nothing', { requestCert: true, maxVersion: 'TLSv1.2' }),
      /requires a client certificate, and none was sent.*--client-cert/s,
    ],
    [
      'a certificate of another authority',
      () => tlsPlace(asIs, 'stranger', { requestCert: true }),
      /probably rejects the certificate|rejected the client certificate/,
    ],
    [
      'a server whose certificate is not trusted',
      () => tlsPlace(asIs, 'nothing', { isTrusted: false }),
      /certificate.*not trusted.*--ca/s,
    ],
    [
      'another protocol',
      async () => ({ url: await serveBytes('SSH-2.0-x\r\n'), args: [] }),
      /does not speak HTTP/,
    ],
    [
      'no answer',
      async () => ({ url: await serveBytes(''), args: [] }),
      /closed the connection without an answer/,
    ],
    ['no server', async () => ({ url: 'http://127.0.0.1:1/webhook', args: [] }), /Nothing listens there/],
    [
      'no such host',
      async () => ({ url: 'http://nowhere.invalid/', args: [] }),
      /host name cannot be resolved/,
    ],
  ])('%s', async (_what, place, says) => {
    const { url, args } = await place();
    const target = command === 'send' ? ['--url', url] : [url];
    const { code, output } = await withSecret([command, ...target, ...args], { env: { COLUMNS: '500' } });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(says) });
    expect(output).not.toMatch(/openssl|SSL routines|\\n/);
  });
});
