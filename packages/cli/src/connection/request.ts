import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { errorCodeOf } from './error-code.ts';
import { readBeginning } from './read-answer.ts';

/** The destination of a request, and how to connect. */
export interface RequestTarget {
  readonly url: URL;
  /** The certificate authority to trust instead of Node's, and the client certificate to send if a server requires one. */
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;
  /** The time limit of a complete request, in milliseconds. */
  readonly timeout: number;
}

export interface RequestContent {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The beginning of the body. */
  readonly body: string;
  /** Milliseconds from the start of the connection to the last byte read. */
  readonly ms: number;
  /** When the request started, in milliseconds since 1970. */
  readonly askedAt: number;
}

/** Send one request over its own connection, as SpiderFoot does. Rejects if no complete response arrives. */
export function ask(
  { url, tls, timeout }: RequestTarget,
  { method, headers = {}, body }: RequestContent,
): Promise<Reply> {
  const askedAt = Date.now();
  const start = performance.now();
  const options = {
    method,
    headers: { ...headers, connection: 'close' },
    signal: AbortSignal.timeout(timeout),
  };
  return new Promise((resolve, reject) => {
    const req =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...tls, agent: false })
        : httpRequest(url, { ...options, agent: false });
    req.once('error', reject).once('response', (res) => {
      readBeginning(res).then(
        (text) =>
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            body: text,
            ms: performance.now() - start,
            askedAt,
          }),
        reject,
      );
    });
    req.end(body);
  });
}

/** The protocol version and the certificate of a server, from a TLS handshake. */
export interface Identity {
  readonly protocol: string | null;
  readonly validTo: Date | undefined;
  /** OpenSSL's or Node's error code if the certificate is not trusted. */
  readonly problem: string | undefined;
}

/** Read a server's certificate, even if it is not trusted. Nothing is sent over the connection. */
export function readCertificate({ url, tls, timeout }: RequestTarget): Promise<Identity> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connectTls({
      ...tls,
      host,
      port: Number(url.port || 443),
      // Server Name Indication does not allow IP addresses.
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      rejectUnauthorized: false,
    });
    socket.setTimeout(timeout, () =>
      socket.destroy(Object.assign(new Error('No TLS handshake'), { code: 'ABORT_ERR' })),
    );
    socket.once('error', reject).once('secureConnect', () => {
      resolve(identityOf(socket));
      socket.destroy();
    });
  });
}

function identityOf(socket: TLSSocket): Identity {
  const { valid_to } = socket.getPeerCertificate();
  const validTo = new Date(valid_to);
  const problem: unknown = socket.authorizationError;
  return {
    protocol: socket.getProtocol(),
    validTo: Number.isNaN(validTo.getTime()) ? undefined : validTo,
    problem: socket.authorized ? undefined : (errorCodeOf(problem) ?? messageOf(problem)),
  };
}

function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
