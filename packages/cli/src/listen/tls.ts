import { readFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { UsageFailure } from '../terminal/failure.ts';
import type { ListenFlags } from './flags.ts';
import { hintForTls } from './hints.ts';
import type { Metrics } from './metrics.ts';
import type { Report } from './report.ts';

/** What to serve TLS with; `undefined` for plain HTTP. */
export async function readTls({ tlsCert, tlsKey, clientCa }: ListenFlags): Promise<TlsOptions | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) {
    if (clientCa === undefined) return undefined;
    throw new UsageFailure('--client-ca needs --tls-cert and --tls-key: only TLS has certificates.');
  }
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new UsageFailure('--tls-cert and --tls-key go together.');
  }
  const server = { cert: await readFile(tlsCert), key: await readFile(tlsKey) };
  if (clientCa === undefined) return server;
  return { ...server, ca: await readFile(clientCa), requestCert: true, rejectUnauthorized: true };
}

/** Reports and counts TLS connections that fail: they never get as far as a request. */
export function tellOfTls(server: Server, report: Report, metrics: Pick<Metrics, 'tlsFailed'>): void {
  const tell = (code: string, { remoteAddress: ip }: TLSSocket) => {
    metrics.tlsFailed(code);
    const hint = hintForTls(code);
    if (hint !== undefined) report.turnedAway({ status: undefined, code, ip, hint });
  };
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    // Why a certificate was refused is said there; the error says only that the connection was cut for it.
    const refused: unknown = socket.authorizationError;
    tell(typeof refused === 'string' ? refused : (error.code ?? ''), socket);
  });
  // In TLS 1.3 a client that does not like our certificate says so when the handshake is over for us.
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      if (/SSL|TLS|CERT/.test(code)) tell(code, socket);
    });
  });
}
