import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createTransport, type TransportOptions } from '../src/index.ts';

/** A throwaway authority, and what it has certified: `127.0.0.1` and a client. */
const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-forward-'));
const read = (name: string) => readFileSync(join(folder, name));

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
}

function certify(name: string, extension: string): void {
  const subject = ['-subj', `/CN=${name}`];
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    ...subject,
  );
  writeFileSync(join(folder, `${name}.ext`), extension);
  const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    ...authority,
    '-out',
    `${name}.pem`,
    '-extfile',
    `${name}.ext`,
  );
}

beforeAll(() => {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=ca',
  );
  certify('server', 'subjectAltName=IP:127.0.0.1');
  certify('client', 'extendedKeyUsage=clientAuth');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A server that takes nobody without a certificate of the authority's, and answers with that one's name. */
async function startServer(): Promise<string> {
  const own = { cert: read('server.pem'), key: read('server.key') };
  const server = createServer(
    { ...own, ca: read('ca.pem'), requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      response.end(subject.CN);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function send(url: string, tls?: TransportOptions['tls']) {
  const transport = createTransport('siem', { retries: 0, ...(tls && { tls }) });
  onTestFinished(() => transport.close());
  return transport.send({ url: new URL(url), headers: {}, body: '' });
}

describe('Over TLS', () => {
  it('an authority of your own is trusted, and your certificate presented', async () => {
    const url = await startServer();
    const client = { cert: read('client.pem'), key: read('client.key') };
    expect(await send(url, { ca: read('ca.pem'), ...client })).toMatchObject({ status: 200, body: 'client' });
  });

  it('nothing is sent to a server that nobody has certified', async () => {
    const url = await startServer();
    await expect(send(url)).rejects.toThrow(/SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
  });

  it('a server that wants a certificate gets none that is not given', async () => {
    const url = await startServer();
    await expect(send(url, { ca: read('ca.pem') })).rejects.toMatchObject({ code: 'connection' });
  });
});
