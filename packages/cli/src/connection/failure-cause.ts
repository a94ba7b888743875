import { certificateFix, certificateProblem } from './certificate-problems.ts';
import { errorCodeOf } from './error-code.ts';
import { ask, type RequestTarget, readCertificate } from './request.ts';

/** Why a request got no answer. */
export interface Cause {
  /** The cause in one sentence, without OpenSSL's jargon. */
  readonly seen: string;
  /** What to do about it. */
  readonly fix: string;
}

type Known = readonly [codes: RegExp, seen: string, fix: string];

const known: readonly Known[] = [
  [
    /^(?:ENOTFOUND|EAI_)/,
    'The host name cannot be resolved',
    'Check the host in the URL, and the DNS of this machine.',
  ],
  [
    /^ECONNREFUSED$/,
    'Nothing listens there',
    'Check that the receiver is running (`listen` starts one) on this port, and with --host 0.0.0.0 if other machines must reach it.',
  ],
  [
    /TLSV1_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE/,
    'The server supports only outdated TLS versions',
    'Enable TLS 1.2 or 1.3 on the server.',
  ],
  [
    /NO_SHARED_CIPHER|NO_CIPHERS|DH_KEY_TOO_SMALL|NO_SUITABLE|LEGACY_SIGALG/,
    'The server and the client have no cipher in common',
    'Update the TLS settings of the server.',
  ],
  [
    /TIMEOUT|TIMEDOUT|ABORT|TimeoutError/,
    'No complete answer arrived in time',
    'A firewall may drop the packets, or the receiver may hang. SpiderFoot waits ten seconds.',
  ],
  [/UNREACH/, 'There is no route to that host', 'Check routes and firewalls.'],
];

const showCertificate =
  'Give --client-cert and --client-key here, and client_cert and client_key to SpiderFoot.';

/**
 * Find out why a request failed. If the error does not show the cause, send another request to find out whether the
 * server speaks TLS or plain HTTP.
 */
export async function causeOf(error: unknown, target: RequestTarget): Promise<Cause> {
  const code = codeOf(error);
  const problem = certificateProblem(code);
  if (problem !== undefined) {
    return { seen: `The certificate of the server is not trusted: ${problem}`, fix: certificateFix(code) };
  }
  const found = known.find(([codes]) => codes.test(code));
  if (found !== undefined) return { seen: found[1], fix: found[2] };
  const cause =
    target.url.protocol === 'https:' ? await causeOverTls(code, target) : await causeOverHttp(target);
  return cause ?? unknownCause(error, code, target);
}

/** Find a cause over TLS: the port does not speak TLS, or the server rejects the client's certificate. */
async function causeOverTls(code: string, target: RequestTarget): Promise<Cause | undefined> {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|UNEXPECTED_MESSAGE|^EPROTO$/.test(code)) {
    return (await speaksHttp(target))
      ? {
          seen: 'The port speaks plain HTTP, not TLS',
          fix: 'Write http:// in the URL, or serve it over TLS.',
        }
      : { seen: 'The port does not speak TLS', fix: 'Check the port in the URL.' };
  }
  const ofCertificate = causeOfClientCertificate(code, target);
  if (ofCertificate !== undefined) return ofCertificate;
  // In TLS 1.3, the server rejects a certificate after the handshake. undici then reports only that the socket was
  // closed.
  const again = await outcomeOf(() => ask(target, { method: 'GET' }));
  const ofSecond = again === undefined ? undefined : causeOfClientCertificate(codeOf(again), target);
  if (ofSecond !== undefined || again === undefined || target.tls.cert === undefined) return ofSecond;
  return {
    seen: 'The server closed the connection after it received the client certificate',
    fix: 'The server probably rejects the certificate. Use one that its authority has issued.',
  };
}

function causeOfClientCertificate(code: string, { tls }: RequestTarget): Cause | undefined {
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|PEER_DID_NOT_RETURN/.test(code) && tls.cert === undefined) {
    return { seen: 'The server requires a client certificate, and none was sent', fix: showCertificate };
  }
  if (/ALERT.*(?:CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR|HANDSHAKE_FAILURE)/.test(code)) {
    return {
      seen: 'The server rejected the client certificate',
      fix: "Use a certificate that the server's authority has issued and that has not expired.",
    };
  }
  return undefined;
}

async function causeOverHttp(target: RequestTarget): Promise<Cause | undefined> {
  const problem = await outcomeOf(() => readCertificate(target));
  // A server that requires a client certificate, or whose own certificate is not trusted, does speak TLS.
  if (problem === undefined || /ALERT|CERT/.test(codeOf(problem))) {
    return { seen: 'The port speaks TLS, not plain HTTP', fix: 'Write https:// in the URL.' };
  }
  return undefined;
}

function unknownCause(error: unknown, code: string, { url }: RequestTarget): Cause {
  if (/^HPE_|^HTTPParserError$/.test(code)) {
    return { seen: 'The server at this port does not speak HTTP', fix: 'Check the port in the URL.' };
  }
  if (/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)) {
    return {
      seen: 'The server closed the connection without an answer',
      fix: `See the log of the receiver and of any proxy in front of it. Check that ${url.host} is the right port.`,
    };
  }
  return {
    seen: plainMessage(error, code),
    fix: 'Check the URL, and the network between the two machines.',
  };
}

async function speaksHttp({ url, ...target }: RequestTarget): Promise<boolean> {
  const plain = new URL(url.href.replace(/^https:/, 'http:'));
  // The URL omits the default port, which differs without TLS.
  if (url.port === '') plain.port = '443';
  return (await outcomeOf(() => ask({ ...target, url: plain }, { method: 'GET' }))) === undefined;
}

/** @returns the error of a failed attempt; `undefined` if it succeeded */
async function outcomeOf(attempt: () => Promise<unknown>): Promise<unknown> {
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
