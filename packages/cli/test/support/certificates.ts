import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { output } from './command.ts';

/** The files of a certificate authority, of a server at 127.0.0.1, and of a client. */
export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
}

/** Create certificates with openssl. They are deleted when the test ends. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await temporaryFolder();
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => output('openssl', args);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-subj',
    '/CN=ca',
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
  );
  for (const name of ['server', 'client']) {
    const files = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)];
    const issuer = [
      '-CA',
      file('ca.pem'),
      '-CAkey',
      file('ca.key'),
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    ];
    await openssl('req', '-x509', ...newKey, '-subj', `/CN=${name}`, ...issuer, ...files);
  }
  const pair = (name: string) => ({ cert: file(`${name}.pem`), key: file(`${name}.key`) });
  return { ca: file('ca.pem'), server: pair('server'), client: pair('client') };
}

/** Create a folder. It is deleted when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spiderfoot-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
