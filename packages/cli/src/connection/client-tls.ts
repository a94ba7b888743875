import { readFile } from 'node:fs/promises';

/** The files of a client that trusts an authority of its own, or shows a certificate. */
export interface ClientTlsFiles {
  readonly ca?: string | undefined;
  readonly clientCert?: string | undefined;
  /** @default the file of the certificate, which may hold both */
  readonly clientKey?: string | undefined;
}

/** What is in them, as Node's TLS takes it. */
export interface ClientTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

export async function readClientTls({ ca, clientCert, clientKey }: ClientTlsFiles): Promise<ClientTls> {
  return {
    ...(ca !== undefined && { ca: await readFile(ca) }),
    ...(clientCert !== undefined && {
      cert: await readFile(clientCert),
      key: await readFile(clientKey ?? clientCert),
    }),
  };
}
