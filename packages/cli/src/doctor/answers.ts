import { refusals } from '@spiderfoot-webhooks/core';
import type { Finding } from './finding.ts';
import type { Reply } from './probe.ts';

/** What an answer of one of the kit's receivers says of itself. Others may say nothing. */
interface Told {
  /** `success`, `accepted`, `duplicate`, `ignored`. */
  readonly status: string | undefined;
  /** The code of a refusal. */
  readonly code: string | undefined;
}

function read(body: string): Told {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return { status: undefined, code: undefined };
    return {
      status: 'status' in value && typeof value.status === 'string' ? value.status : undefined,
      code: 'code' in value && typeof value.code === 'string' ? value.code : undefined,
    };
  } catch {
    return { status: undefined, code: undefined };
  }
}

const isGood = (status: number) => status >= 200 && status < 300;

/** An answer in words: its status, and the code of a refusal. */
function words({ status, body }: Reply): string {
  const { code } = read(body);
  return code === undefined ? `${status}` : `${status} ${code}`;
}

/** Where the receiver's own hint would be told from its side. */
const mends: Readonly<Record<string, string>> = {
  invalid_signature:
    'The receiver has another secret than the one given here, or something on the way changes the body.',
  missing_signature: 'Something on the way takes the signature header away: look at the proxy.',
  ip_not_allowed: "This machine is not on the receiver's list. Run it where SpiderFoot runs.",
  rate_limited: 'The receiver lets this machine send no more for now. Wait, and try again.',
  stale_event: 'The receiver\'s "tolerance" is smaller than the difference of the clocks.',
};

/** What a refusal's own code says about the mend, where it is one of the kit's. */
function hintOf({ body }: Reply, otherwise: string): string {
  const { code = '' } = read(body);
  if (Object.hasOwn(mends, code)) return mends[code] ?? otherwise;
  const known: Readonly<Record<string, { readonly hint: string }>> = refusals;
  return (Object.hasOwn(known, code) ? known[code]?.hint : undefined) ?? otherwise;
}

/** Of a GET to the webhook's URL. */
export function routeFinding(reply: Reply): Finding {
  const { status, headers } = reply;
  const seen = `GET is answered ${words(reply)}`;
  if (status === 405) return { check: 'route', verdict: 'ok', seen };
  if (status >= 300 && status < 400) {
    const to = typeof headers.location === 'string' ? ` to ${headers.location}` : '';
    return {
      check: 'route',
      verdict: 'fail',
      seen: `${seen}, a redirect${to}`,
      mend: 'SpiderFoot does not send a POST on: give it the URL where the redirect leads.',
    };
  }
  if (status === 404) {
    return { check: 'route', verdict: 'fail', seen, mend: 'There is nothing at this path: check the URL.' };
  }
  if (status >= 500) {
    return {
      check: 'route',
      verdict: 'fail',
      seen,
      mend: 'The server, or a proxy before it, is broken: see its log.',
    };
  }
  return {
    check: 'route',
    verdict: 'warn',
    seen: `${seen}; a receiver of the kit says 405`,
    mend: 'Is this the URL of the webhook?',
  };
}

export function healthFinding(reply: Reply): Finding {
  const { status } = reply;
  if (isGood(status)) {
    const told = read(reply.body).status;
    return {
      check: 'health',
      verdict: 'ok',
      seen: `GET /health is answered ${status}${told ? ` "${told}"` : ''}`,
    };
  }
  if (status === 404 || status === 405) {
    return {
      check: 'health',
      verdict: 'warn',
      seen: `GET /health is answered ${status}: there is none`,
      mend: 'Give the receiver one, for whatever watches it; `listen` has it.',
    };
  }
  return {
    check: 'health',
    verdict: 'fail',
    seen: `GET /health is answered ${status}`,
    mend: "It says that it is not ready: see the receiver's log, and its database's disk.",
  };
}

/** Of a delivery that is not genuine. */
export function forgedFinding(check: 'unsigned' | 'tampered', reply: Reply): Finding {
  const { status } = reply;
  const seen = `Answered ${words(reply)}`;
  if (status === 401) return { check, verdict: 'ok', seen: `Refused: ${words(reply)}` };
  if (isGood(status)) {
    return {
      check,
      verdict: 'fail',
      seen: `${seen}: it was taken`,
      mend: 'Anybody who reaches the receiver can make up events. Give it the secret, and leave out --insecure.',
    };
  }
  if (status === 403) return { check, verdict: 'ok', seen: `Refused before its signature: ${words(reply)}` };
  return { check, verdict: 'warn', seen, mend: hintOf(reply, 'A receiver of the kit says 401 here.') };
}

/** Of the first genuine delivery. */
export function signedFinding(reply: Reply): Finding {
  const { status } = reply;
  if (isGood(status)) {
    const told = read(reply.body).status;
    return {
      check: 'signed',
      verdict: 'ok',
      seen: `A signed webhook.test is taken: ${status}${told ? ` ${told}` : ''}`,
    };
  }
  return {
    check: 'signed',
    verdict: 'fail',
    seen: `A signed webhook.test is refused: ${words(reply)}`,
    mend: hintOf(reply, "See the receiver's log. SpiderFoot sends again whatever is not answered 2xx."),
  };
}

/** Of the same bytes once more. */
export function duplicateFinding(reply: Reply): Finding {
  const { status } = reply;
  const told = read(reply.body).status;
  if (!isGood(status)) {
    return {
      check: 'duplicate',
      verdict: 'fail',
      seen: `The same event again is answered ${words(reply)}`,
      mend: 'A retry of what was taken must be answered 2xx, or SpiderFoot goes on sending it.',
    };
  }
  if (told === 'duplicate' || told === 'ignored') {
    return { check: 'duplicate', verdict: 'ok', seen: `The same event again: ${status} ${told}` };
  }
  return {
    check: 'duplicate',
    verdict: 'warn',
    seen: `The same event again: ${status}${told ? ` ${told}` : ''}, as if it were new`,
    mend: 'SpiderFoot sends an event again when it has not read the answer: handlers then run twice, unless they look at the id.',
  };
}
