import type { Finding } from './finding.ts';
import { ask, type Identity, lookAtCertificate, type Reply, type Way } from './probe.ts';

/** What the way to the receiver is like, and its answer to a GET, where one came. */
export interface Connection {
  readonly findings: readonly Finding[];
  readonly reply: Reply | undefined;
}

export async function checkConnection(way: Way): Promise<Connection> {
  const secure = way.url.protocol === 'https:';
  let identity: Identity | undefined;
  try {
    identity = secure ? await lookAtCertificate(way) : undefined;
    const tls = identity === undefined ? plainFinding(way.url) : tlsFinding(identity);
    if (tls.verdict === 'fail') {
      return { findings: [reached('The port answers, by TLS'), tls], reply: undefined };
    }
    const reply = await ask(way, { method: 'GET' });
    return { findings: [reached(`Answers after ${Math.round(reply.ms)} ms`), tls], reply };
  } catch (error) {
    return { findings: [unreachable(error)], reply: undefined };
  }
}

function reached(seen: string): Finding {
  return { check: 'reachable', verdict: 'ok', seen };
}

/** What the system says where no answer comes, and the mend. */
const mends: readonly (readonly [codes: RegExp, mend: string])[] = [
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'Check the host in the URL, and the DNS of the machine that asks.'],
  [
    /^ECONNREFUSED$/,
    'Nothing listens there. Is the receiver running, on this port, and with --host 0.0.0.0 where other machines are to reach it?',
  ],
  [
    /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/,
    'Give --client-cert and --client-key: the server asks who you are.',
  ],
  [
    /^(?:EPROTO|ERR_SSL_|HPE_|ECONNRESET)/,
    'One side speaks TLS and the other does not: does the URL say http where the port speaks TLS, or the other way round?',
  ],
  [
    /TIMEOUT|TIMEDOUT|ABORT/,
    'Nobody answers in time: a firewall that drops packets, or a receiver that hangs. SpiderFoot waits ten seconds.',
  ],
  [/UNREACH/, 'There is no way to that network. Check routes and firewalls.'],
];

/** What went wrong with a request, as a finding. */
export function unreachable(error: unknown): Finding {
  const code = codeOf(error);
  const mend = mends.find(([codes]) => codes.test(code))?.[1] ?? 'Check the URL, and the way to it.';
  const because = code === 'ABORT_ERR' ? 'its time was over' : messageOf(error);
  return { check: 'reachable', verdict: 'fail', seen: `No answer: ${because}`, mend };
}

/** Of several addresses that were tried, Node says nothing in the message. */
function messageOf(error: unknown): string {
  if (error instanceof Error && error.message !== '') return error.message;
  return codeOf(error);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name;
}

const loopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/;

function plainFinding({ hostname }: URL): Finding {
  if (loopback.test(hostname)) {
    return { check: 'tls', verdict: 'ok', seen: 'Plain HTTP, within this machine' };
  }
  return {
    check: 'tls',
    verdict: 'warn',
    seen: 'Plain HTTP: everybody on the way can read the events',
    mend: 'Serve it over TLS: --tls-cert and --tls-key, or a proxy in front.',
  };
}

/** Days before its end from which a certificate is to be renewed. */
const lastDays = 21;

function tlsFinding({ protocol, validTo, problem }: Identity): Finding {
  const days = validTo === undefined ? undefined : Math.floor((validTo.getTime() - Date.now()) / 86_400_000);
  const until =
    validTo === undefined ? 'of unknown end' : `valid until ${validTo.toISOString().slice(0, 10)}`;
  if (days !== undefined && days < 0) {
    return {
      check: 'tls',
      verdict: 'fail',
      seen: `The certificate ended ${-days} day(s) ago`,
      mend: 'Renew it.',
    };
  }
  if (problem !== undefined) {
    return {
      check: 'tls',
      verdict: 'fail',
      seen: `The certificate is not trusted: ${problem}`,
      mend: "Where it is of a CA of your own, give --ca here, and the same file as SpiderFoot's ca_bundle. Else it must name this host, and come with its chain.",
    };
  }
  if (days !== undefined && days < lastDays) {
    return {
      check: 'tls',
      verdict: 'warn',
      seen: `${protocol}, ${until}: ${days} day(s) left`,
      mend: 'Renew it.',
    };
  }
  return { check: 'tls', verdict: 'ok', seen: `${protocol}, ${until}` };
}
