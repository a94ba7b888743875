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

/** A temporary certificate authority, and its certificates for `127.0.0.1` and for a client. */
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

/** Start a server that requires a client certificate of the authority, and answers with the client's name. */
async function startServer(): Promise<string> {
  const credentials = { cert: read('server.pem'), key: read('server.key') };
  const server = createServer(
    { ...credentials, ca: read('ca.pem'), requestCert: true, rejectUnauthorized: true },
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

describe('a transport with the option "tls"', () => {
  it('trusts the authority in tls.ca and presents the client certificate', async () => {
    const url = await startServer();
    const client = { cert: read('client.pem'), key: read('client.key') };
    expect(await send(url, { ca: read('ca.pem'), ...client })).toMatchObject({ status: 200, body: 'client' });
  });

  it('sends nothing to a server with an unknown certificate authority', async () => {
    const url = await startServer();
    await expect(send(url)).rejects.toThrow(/SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
  });

  it('sends no client certificate unless you set one', async () => {
    const url = await startServer();
    await expect(send(url, { ca: read('ca.pem') })).rejects.toMatchObject({ code: 'connection' });
  });
});
