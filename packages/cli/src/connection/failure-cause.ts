import { certificateFix, certificateProblem } from './certificate-problems.ts';
import { errorCodeOf } from './error-code.ts';
import { ask, type RequestTarget, readCertificate } from './request.ts';

/** The kinds of reasons why a request got no response. `name`: the host name cannot be resolved. */
export type CauseKind =
  | 'name'
  | 'refused'
  | 'old-tls'
  | 'no-cipher'
  | 'timeout'
  | 'route'
  | 'certificate'
  | 'plain-http'
  | 'no-tls'
  | 'client-certificate'
  | 'tls'
  | 'not-http'
  | 'closed'
  | 'unknown';

/** The reason why a request got no response. */
export interface Cause {
  readonly kind: CauseKind;
  /** The cause in one sentence, without OpenSSL's jargon. */
  readonly seen: string;
  /** How to fix the problem. */
  readonly fix: string;
}

type Known = readonly [codes: RegExp, kind: CauseKind, seen: string, fix: string];

const known: readonly Known[] = [
  [
    /^(?:ENOTFOUND|EAI_)/,
    'name',
    'The host name cannot be resolved',
    'Check the host in the URL, and the DNS of this machine.',
  ],
  [
    /^ECONNREFUSED$/,
    'refused',
    'Nothing is listening on that port',
    'Check that the receiver is running (`listen` starts one) on this port, and with --host 0.0.0.0 if other machines must reach it.',
  ],
  [
    /TLSV1_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE/,
    'old-tls',
    'The server supports only outdated TLS versions',
    'Enable TLS 1.2 or 1.3 on the server.',
  ],
  [
    /NO_SHARED_CIPHER|NO_CIPHERS|DH_KEY_TOO_SMALL|NO_SUITABLE|LEGACY_SIGALG/,
    'no-cipher',
    'The server and the client have no cipher in common',
    'Update the TLS settings of the server.',
  ],
  [
    /TIMEOUT|TIMEDOUT|ABORT|TimeoutError/,
    'timeout',
    'No complete response arrived in time',
    'A firewall may drop the packets, or the receiver may be stuck. SpiderFoot waits ten seconds.',
  ],
  [/UNREACH/, 'route', 'The network cannot reach that host', 'Check the routes and firewalls.'],
];

const addClientCertificate =
  'Pass --client-cert and --client-key here, and set client_cert and client_key in SpiderFoot.';

/**
 * Find out why a request failed. If the error does not show the cause, send another request to find out whether the
 * server uses TLS or plain HTTP.
 */
export async function causeOf(error: unknown, target: RequestTarget): Promise<Cause> {
  const code = codeOf(error);
  const problem = certificateProblem(code);
  if (problem !== undefined) {
    return {
      kind: 'certificate',
      seen: `The certificate of the server is not trusted: ${problem}`,
      fix: certificateFix(code),
    };
  }
  const found = known.find(([codes]) => codes.test(code));
  if (found !== undefined) {
    const [, kind, seen, fix] = found;
    return { kind, seen, fix };
  }
  const cause =
    target.url.protocol === 'https:' ? await causeOverTls(code, target) : await causeOverHttp(target);
  return cause ?? unknownCause(error, code, target);
}

/** Find the cause of a failure over TLS: no TLS on the port, or a client certificate that the server rejects. */
async function causeOverTls(code: string, target: RequestTarget): Promise<Cause | undefined> {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|UNEXPECTED_MESSAGE|^EPROTO$/.test(code)) {
    return (await speaksHttp(target))
      ? {
          kind: 'plain-http',
          seen: 'The port serves plain HTTP, not TLS',
          fix: 'Write http:// in the URL, or configure TLS on the server.',
        }
      : { kind: 'no-tls', seen: 'The port does not support TLS', fix: 'Check the port in the URL.' };
  }
  const certificateCause = causeOfClientCertificate(code, target);
  if (certificateCause !== undefined) return certificateCause;
  // In TLS 1.3, the server rejects a certificate after the handshake. undici then reports only that the socket was
  // closed.
  const secondError = await errorOf(() => ask(target, { method: 'GET' }));
  if (secondError === undefined) return undefined;
  const secondCause = causeOfClientCertificate(codeOf(secondError), target);
  if (secondCause !== undefined || target.tls.cert === undefined) return secondCause;
  return {
    kind: 'client-certificate',
    seen: 'The server closed the connection after it received the client certificate',
    fix: "The server probably rejects the certificate. Use one that the server's authority issued.",
  };
}

function causeOfClientCertificate(code: string, { tls }: RequestTarget): Cause | undefined {
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|PEER_DID_NOT_RETURN/.test(code) && tls.cert === undefined) {
    return {
      kind: 'client-certificate',
      seen: 'The server requires a client certificate, and none was sent',
      fix: addClientCertificate,
    };
  }
  if (/ALERT.*(?:CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR|HANDSHAKE_FAILURE)/.test(code)) {
    return {
      kind: 'client-certificate',
      seen: 'The server rejected the client certificate',
      fix: "Use a certificate that the server's authority issued and that has not expired.",
    };
  }
  return undefined;
}

async function causeOverHttp(target: RequestTarget): Promise<Cause | undefined> {
  const problem = await errorOf(() => readCertificate(target));
  // A server that requires a client certificate, or whose own certificate is not trusted, supports TLS.
  if (problem === undefined || /ALERT|CERT/.test(codeOf(problem))) {
    return { kind: 'tls', seen: 'The port serves TLS, not plain HTTP', fix: 'Write https:// in the URL.' };
  }
  return undefined;
}

function unknownCause(error: unknown, code: string, { url }: RequestTarget): Cause {
  if (/^HPE_|^HTTPParserError$/.test(code)) {
    return {
      kind: 'not-http',
      seen: 'The server on this port does not support HTTP',
      fix: 'Check the port in the URL.',
    };
  }
  if (/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)) {
    return {
      kind: 'closed',
      seen: 'The server closed the connection without a response',
      fix: `See the log of the receiver and of any proxy in front of it. Check that ${url.host} is the right port.`,
    };
  }
  return {
    kind: 'unknown',
    seen: plainMessage(error, code),
    fix: 'Check the URL, and the network between the two machines.',
  };
}

async function speaksHttp({ url, ...target }: RequestTarget): Promise<boolean> {
  const plain = new URL(url.href.replace(/^https:/, 'http:'));
  // The URL omits the default port, which differs without TLS.
  if (url.port === '') plain.port = '443';
  return (await errorOf(() => ask({ ...target, url: plain }, { method: 'GET' }))) === undefined;
}

/** Return the error of a failed attempt. @returns `undefined` if it succeeded */
async function errorOf(attempt: () => Promise<unknown>): Promise<unknown> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Return the message without the file names and line numbers that OpenSSL adds. */
function plainMessage(error: unknown, code: string): string {
  const message = error instanceof Error && error.message !== '' ? error.message : code;
  const [, reason] = /SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
  return reason === undefined ? message : `TLS failed: ${reason}`;
}

function codeOf(error: unknown): string {
  return errorCodeOf(error) ?? (error instanceof Error ? error.name : String(error));
}
