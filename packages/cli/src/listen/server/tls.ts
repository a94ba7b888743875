import { readFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { UsageFailure } from '../../failure/failure.ts';
import type { ListenFlags } from '../flags.ts';
import type { Metrics } from '../operations/metrics.ts';
import { hintForTls } from '../report/rejection-hints.ts';
import type { Report } from '../report/report.ts';

/** Read the TLS options of the server. @returns `undefined` for plain HTTP */
export async function readTls({ tlsCert, tlsKey, clientCa }: ListenFlags): Promise<TlsOptions | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) {
    if (clientCa === undefined) return undefined;
    throw new UsageFailure('--client-ca requires --tls-cert and --tls-key.');
  }
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new UsageFailure('--tls-cert and --tls-key must be used together.');
  }
  const server = { cert: await readFile(tlsCert), key: await readFile(tlsKey) };
  if (clientCa === undefined) return server;
  return { ...server, ca: await readFile(clientCa), requestCert: true, rejectUnauthorized: true };
}

/** Report and count TLS connections that fail before a request arrives. */
export function reportTlsFailures(server: Server, report: Report, metrics: Pick<Metrics, 'tlsFailed'>): void {
  const countFailure = (code: string, { remoteAddress: ip }: TLSSocket) => {
    metrics.tlsFailed(code);
    const hint = hintForTls(code);
    if (hint !== undefined) report.rejectedRequest({ status: undefined, code, ip, hint });
  };
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    // `authorizationError` has the reason why a certificate was rejected. The error says only that the connection was
    // closed.
    const reason: unknown = socket.authorizationError;
    countFailure(typeof reason === 'string' ? reason : (error.code ?? ''), socket);
  });
  // In TLS 1.3, a client that rejects our certificate reports it after the handshake has ended on this side.
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      if (/SSL|TLS|CERT/.test(code)) countFailure(code, socket);
    });
  });
}
