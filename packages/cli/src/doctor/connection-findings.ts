import { certificateFix, certificateProblem } from '../connection/certificate-problems.ts';
import { causeOf } from '../connection/failure-cause.ts';
import {
  ask,
  type Identity,
  type Reply,
  type RequestTarget,
  readCertificate,
} from '../connection/request.ts';
import { countText } from '../terminal/count-text.ts';
import type { Finding } from './finding.ts';

/** The findings about the connection to a receiver. */
export interface Connection {
  readonly findings: readonly Finding[];
  /** The response to a GET. `undefined` if there was none. */
  readonly reply: Reply | undefined;
}

/** Check whether a receiver can be reached, and its certificate. */
export async function checkConnection(target: RequestTarget): Promise<Connection> {
  const secure = target.url.protocol === 'https:';
  let identity: Identity | undefined;
  try {
    identity = secure ? await readCertificate(target) : undefined;
    const tls = identity === undefined ? plainFinding(target.url) : tlsFinding(identity);
    if (tls.verdict === 'fail') {
      return { findings: [reached('The port responds over TLS'), tls], reply: undefined };
    }
    const reply = await ask(target, { method: 'GET' });
    return { findings: [reached(`The receiver responded in ${Math.round(reply.ms)} ms`), tls], reply };
  } catch (error) {
    return { findings: [await unreachable(error, target)], reply: undefined };
  }
}

function reached(seen: string): Finding {
  return { check: 'reachable', verdict: 'ok', seen };
}

/** Return the cause of a failed request as a finding. */
export async function unreachable(error: unknown, target: RequestTarget): Promise<Finding> {
  const { seen, fix } = await causeOf(error, target);
  return { check: 'reachable', verdict: 'fail', seen: `No response. ${seen}`, fix };
}

const loopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/;

function plainFinding({ hostname }: URL): Finding {
  if (loopback.test(hostname)) {
    return { check: 'tls', verdict: 'ok', seen: 'Plain HTTP, within this machine' };
  }
  return {
    check: 'tls',
    verdict: 'warn',
    seen: 'Plain HTTP: anyone on the network path can read the events',
    fix: 'Use TLS: pass --tls-cert and --tls-key to the receiver, or put a proxy with TLS in front of it.',
  };
}

/** A certificate that expires within this number of days gets a warning. */
const lastDays = 21;

function tlsFinding({ protocol, validTo, problem }: Identity): Finding {
  const days = validTo === undefined ? undefined : Math.floor((validTo.getTime() - Date.now()) / 86_400_000);
  const until =
    validTo === undefined ? 'expiry unknown' : `valid until ${validTo.toISOString().slice(0, 10)}`;
  if (days !== undefined && days < 0) {
    return {
      check: 'tls',
      verdict: 'fail',
      seen: `The certificate expired ${countText(-days, 'day')} ago`,
      fix: 'Renew the certificate.',
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
      seen: `${protocol}, ${until}: ${countText(days, 'day')} left`,
      fix: 'Renew the certificate.',
    };
  }
  return { check: 'tls', verdict: 'ok', seen: `${protocol}, ${until}` };
}
