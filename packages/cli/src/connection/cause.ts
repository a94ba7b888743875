import { certificateMend, certificateProblem } from './certificates.ts';
import { errorCodeOf } from './error-code.ts';
import { ask, lookAtCertificate, type Way } from './probe.ts';

/** Why a request got no answer. */
export interface Cause {
  /** In a sentence, without OpenSSL's words. */
  readonly seen: string;
  /** What to do about it. */
  readonly mend: string;
}

type Known = readonly [codes: RegExp, seen: string, mend: string];

const known: readonly Known[] = [
  [
    /^(?:ENOTFOUND|EAI_)/,
    'The host name cannot be resolved',
    'Check the host in the URL, and the DNS of this machine.',
  ],
  [
    /^ECONNREFUSED$/,
    'Nothing listens there',
    'Is the receiver running (`listen` starts one), on this port, and with --host 0.0.0.0 if other machines are to reach it?',
  ],
  [
    /TLSV1_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE/,
    'The server offers only TLS versions that are too old',
    'Turn on TLS 1.2 or 1.3 at the server.',
  ],
  [
    /NO_SHARED_CIPHER|NO_CIPHERS|DH_KEY_TOO_SMALL|NO_SUITABLE|LEGACY_SIGALG/,
    'Server and client have no cipher in common',
    'Update the TLS settings of the server.',
  ],
  [
    /TIMEOUT|TIMEDOUT|ABORT|TimeoutError/,
    'No whole answer came within the time',
    'A firewall may drop the packets, or the receiver hangs. SpiderFoot waits ten seconds.',
  ],
  [/UNREACH/, 'There is no route to that host', 'Check routes and firewalls.'],
];

const showCertificate =
  'Give --client-cert and --client-key here, and client_cert and client_key to SpiderFoot.';

/**
 * Finds out why a request failed. If its error does not show it, asks the server once more: whether it speaks TLS, or plain
 * HTTP.
 */
export async function causeOf(error: unknown, way: Way): Promise<Cause> {
  const code = codeOf(error);
  const problem = certificateProblem(code);
  if (problem !== undefined) {
    return { seen: `The certificate of the server is not trusted: ${problem}`, mend: certificateMend(code) };
  }
  const found = known.find(([codes]) => codes.test(code));
  if (found !== undefined) return { seen: found[1], mend: found[2] };
  const cause = way.url.protocol === 'https:' ? await causeOverTls(code, way) : await causeOverHttp(way);
  return cause ?? unknownCause(error, code, way);
}

/** The port speaks no TLS, or the server is not content with the client's certificate. */
async function causeOverTls(code: string, way: Way): Promise<Cause | undefined> {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|UNEXPECTED_MESSAGE|^EPROTO$/.test(code)) {
    return (await speaksHttp(way))
      ? {
          seen: 'The port speaks plain HTTP, not TLS',
          mend: 'Write http:// in the URL, or serve it over TLS.',
        }
      : { seen: 'The port does not speak TLS', mend: 'Check the port in the URL.' };
  }
  const ofCertificate = causeOfClientCertificate(code, way);
  if (ofCertificate !== undefined) return ofCertificate;
  // With TLS 1.3 the server refuses a certificate after the handshake: undici then only says that the socket was closed.
  const again = await outcomeOf(() => ask(way, { method: 'GET' }));
  const ofSecond = again === undefined ? undefined : causeOfClientCertificate(codeOf(again), way);
  if (ofSecond !== undefined || again === undefined || way.tls.cert === undefined) return ofSecond;
  return {
    seen: 'The server closed the connection after the certificate of this side was shown',
    mend: 'It most likely does not accept that certificate: use one that its authority has issued.',
  };
}

function causeOfClientCertificate(code: string, { tls }: Way): Cause | undefined {
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|PEER_DID_NOT_RETURN/.test(code) && tls.cert === undefined) {
    return { seen: 'The server asks for a certificate, and none was shown', mend: showCertificate };
  }
  if (/ALERT.*(?:CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR|HANDSHAKE_FAILURE)/.test(code)) {
    return {
      seen: 'The server does not accept the certificate that was shown',
      mend: 'Use a certificate that the authority of the server has issued, and that has not expired.',
    };
  }
  return undefined;
}

async function causeOverHttp(way: Way): Promise<Cause | undefined> {
  const problem = await outcomeOf(() => lookAtCertificate(way));
  // A server that asks for a certificate, or has one that is not trusted, speaks TLS all the same.
  if (problem === undefined || /ALERT|CERT/.test(codeOf(problem))) {
    return { seen: 'The port speaks TLS, not plain HTTP', mend: 'Write https:// in the URL.' };
  }
  return undefined;
}

function unknownCause(error: unknown, code: string, { url }: Way): Cause {
  if (/^HPE_|^HTTPParserError$/.test(code)) {
    return { seen: 'What answers there does not speak HTTP', mend: 'Check the port in the URL.' };
  }
  if (/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)) {
    return {
      seen: 'The server closed the connection without an answer',
      mend: `See the log of the receiver, and of a proxy before it. Is ${url.host} the right port?`,
    };
  }
  return { seen: plainMessage(error, code), mend: 'Check the URL, and the network between both machines.' };
}

async function speaksHttp({ url, ...way }: Way): Promise<boolean> {
  const plain = new URL(url.href.replace(/^https:/, 'http:'));
  // A default port is left out of the URL, and is another one without TLS.
  if (url.port === '') plain.port = '443';
  return (await outcomeOf(() => ask({ ...way, url: plain }, { method: 'GET' }))) === undefined;
}

/** @returns what it failed with */
async function outcomeOf(attempt: () => Promise<unknown>): Promise<unknown> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** OpenSSL writes its file names and line numbers into a message; the words before them are enough. */
function plainMessage(error: unknown, code: string): string {
  const message = error instanceof Error && error.message !== '' ? error.message : code;
  const [, reason] = /SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
  return reason === undefined ? message : `TLS failed: ${reason}`;
}

function codeOf(error: unknown): string {
  return errorCodeOf(error) ?? (error instanceof Error ? error.name : String(error));
}
