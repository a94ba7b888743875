import { certificateFix, certificateProblem } from '../connection/certificate-problems.ts';
import { causeOf } from '../connection/failure-cause.ts';
import {
  ask,
  type Identity,
  type Reply,
  type RequestTarget,
  readCertificate,
} from '../connection/request.ts';
import type { Finding } from './finding.ts';

/** What the way to the receiver is like, and its answer to a GET, where one came. */
export interface Connection {
  readonly findings: readonly Finding[];
  readonly reply: Reply | undefined;
}

export async function checkConnection(target: RequestTarget): Promise<Connection> {
  const secure = target.url.protocol === 'https:';
  let identity: Identity | undefined;
  try {
    identity = secure ? await readCertificate(target) : undefined;
    const tls = identity === undefined ? plainFinding(target.url) : tlsFinding(identity);
    if (tls.verdict === 'fail') {
      return { findings: [reached('The port answers, by TLS'), tls], reply: undefined };
    }
    const reply = await ask(target, { method: 'GET' });
    return { findings: [reached(`Answers after ${Math.round(reply.ms)} ms`), tls], reply };
  } catch (error) {
    return { findings: [await unreachable(error, target)], reply: undefined };
  }
}

function reached(seen: string): Finding {
  return { check: 'reachable', verdict: 'ok', seen };
}

/** What went wrong with a request, as a finding. */
export async function unreachable(error: unknown, target: RequestTarget): Promise<Finding> {
  const { seen, fix } = await causeOf(error, target);
  return { check: 'reachable', verdict: 'fail', seen: `No answer. ${seen}`, fix };
}

const loopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/;

function plainFinding({ hostname }: URL): Finding {
  if (loopback.test(hostname)) {
    return { check: 'tls', verdict: 'ok', seen: 'Plain HTTP, within this machine' };
  }
  return {
    check: 'tls',
    verdict: 'warn',
    seen: 'Plain HTTP: everybody on the target can read the events',
    fix: 'Serve it over TLS: --tls-cert and --tls-key, or a proxy in front.',
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
      fix: 'Renew it.',
    };
  }
  if (problem !== undefined) {
    return {
      check: 'tls',
      verdict: 'fail',
      seen: `The certificate is not trusted: ${certificateProblem(problem) ?? problem}`,
      fix: certificateFix(problem),
    };
  }
  if (days !== undefined && days < lastDays) {
    return {
      check: 'tls',
      verdict: 'warn',
      seen: `${protocol}, ${until}: ${days} day(s) left`,
      fix: 'Renew it.',
    };
  }
  return { check: 'tls', verdict: 'ok', seen: `${protocol}, ${until}` };
}
