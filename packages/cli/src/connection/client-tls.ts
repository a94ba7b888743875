import { readFile } from 'node:fs/promises';

/** The TLS files of a client. */
export interface ClientTlsFiles {
  /** The certificate authority to trust instead of the system's. */
  readonly ca?: string | undefined;
  readonly clientCert?: string | undefined;
  /** @default the file of the certificate, which may contain the key too */
  readonly clientKey?: string | undefined;
}

/** The contents of the files, as options for Node's TLS. */
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
