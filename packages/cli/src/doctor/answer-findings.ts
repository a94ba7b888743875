import { answerHint } from '../connection/answer-hints.ts';
import type { Reply } from '../connection/request.ts';
import type { Finding } from './finding.ts';

/** The members of a response from one of the kit's receivers. Other receivers may have none of them. */
interface KitAnswer {
  /** `success`, `accepted`, `duplicate` or `ignored`. */
  readonly status: string | undefined;
  /** The code of a rejection. */
  readonly code: string | undefined;
}

function parseAnswer(body: string): KitAnswer {
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

const isSuccess = (status: number) => status >= 200 && status < 300;

/** Return the status of a response, followed by the code if it is a rejection. */
function statusAndCode({ status, body }: Reply): string {
  const { code } = parseAnswer(body);
  return code === undefined ? `${status}` : `${status} ${code}`;
}

const wrongSecret =
  'The secret that you passed probably differs from the secret of the receiver. Compare the two. If they are equal, a proxy changes the body.';

/** Return the likely cause of a response by its status, for other receivers and for proxies in front of a receiver. */
function likelyCause({ status, headers, body }: Reply): string {
  if (status === 401 && (headers['www-authenticate'] !== undefined || isHtml(headers, body))) {
    return 'A proxy in front of the receiver asks for a login. Exempt the path of the webhook from the login.';
  }
  if (status >= 300 && status < 400) {
    return 'The response is a redirect, for example to a login page. SpiderFoot does not follow redirects. Use the URL of the receiver.';
  }
  switch (status) {
    case 401:
      return wrongSecret;
    case 403:
      return 'The receiver, or a firewall in front of it, rejects this address. Run this command where SpiderFoot runs.';
    case 404:
    case 405:
    case 410:
      return 'No webhook is served at this path. Check the path in the URL.';
    case 413:
      return 'The receiver, or a proxy in front of it, accepts only smaller bodies. Raise the limit.';
    case 429:
      return 'The receiver currently accepts no more requests from this address. Wait, then try again.';
    case 502:
    case 503:
    case 504:
      return 'A proxy cannot reach the receiver, or the receiver is not ready. See the logs of both.';
    default:
      return status >= 500
        ? 'The receiver failed. See its log.'
        : 'Check the URL and the log of the receiver. SpiderFoot sends an event again if the response is not 2xx.';
  }
}

/** Return the hint for a rejection's code if it is one of the kit's. Otherwise, return the likely cause by status. */
function hintOf(reply: Reply): string {
  const { code } = parseAnswer(reply.body);
  return code === 'invalid_signature' ? wrongSecret : (answerHint(code) ?? likelyCause(reply));
}

/** Return whether the response is a web page, such as a login page, instead of a receiver's response. */
function isPage({ status, headers, body }: Reply): boolean {
  return isSuccess(status) && isHtml(headers, body);
}

function isHtml(headers: Reply['headers'], body: string): boolean {
  return /^text\/html\b/i.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype|html)\b/i.test(body);
}

const pageFix =
  'This is not the response of a receiver. It comes from a login page, a proxy or another site. Check the URL, and exempt the path of the webhook from the login.';

/**
 * Check the response to a GET of the webhook's URL.
 * @param elsewhere the path of a receiver, if one was found at another path
 */
export function routeFinding(reply: Reply, elsewhere?: string): Finding {
  const { status, headers } = reply;
  const seen = `GET returned ${statusAndCode(reply)}`;
  if (status === 405) return { check: 'route', verdict: 'ok', seen };
  if (status >= 300 && status < 400) {
    const to = typeof headers.location === 'string' ? ` to ${headers.location}` : '';
    return {
      check: 'route',
      verdict: 'fail',
      seen: `${seen}, a redirect${to}`,
      fix: 'SpiderFoot does not follow redirects. In SpiderFoot, enter the URL that the redirect leads to.',
    };
  }
  if (status === 404) {
    const fix =
      elsewhere === undefined
        ? 'No webhook is served at this path. Check the path in the URL.'
        : `No webhook is served at this path, but a receiver responds at ${elsewhere}. Check the path in the URL.`;
    return { check: 'route', verdict: 'fail', seen, fix };
  }
  if (status >= 500) {
    return {
      check: 'route',
      verdict: 'fail',
      seen,
      fix: 'The server, or a proxy in front of it, failed. See its log.',
    };
  }
  if (isPage(reply)) {
    return { check: 'route', verdict: 'fail', seen: `${seen} with a web page`, fix: pageFix };
  }
  return {
    check: 'route',
    verdict: 'warn',
    seen: `${seen}; a receiver of this kit returns 405`,
    fix: 'Check that this is the URL of the webhook.',
  };
}

/** Check the response to `GET /health`. */
export function healthFinding(reply: Reply): Finding {
  const { status } = reply;
  if (isPage(reply)) {
    return {
      check: 'health',
      verdict: 'warn',
      seen: `GET /health returned ${status} with a web page, so the receiver has no health endpoint`,
      fix: 'Add GET /health to the receiver for monitoring. `listen` serves it.',
    };
  }
  if (isSuccess(status)) {
    const answered = parseAnswer(reply.body).status;
    return {
      check: 'health',
      verdict: 'ok',
      seen: `GET /health returned ${status}${answered ? ` "${answered}"` : ''}`,
    };
  }
  if (status === 404 || status === 405) {
    return {
      check: 'health',
      verdict: 'warn',
      seen: `GET /health returned ${status}, so the receiver has no health endpoint`,
      fix: 'Add GET /health to the receiver for monitoring. `listen` serves it.',
    };
  }
  return {
    check: 'health',
    verdict: 'fail',
    seen: `GET /health returned ${status}`,
    fix: 'The receiver is not ready. Check its log and its store.',
  };
}

/** Check the response to a delivery that is not genuine. */
export function forgedFinding(check: 'unsigned' | 'tampered', reply: Reply): Finding {
  const { status } = reply;
  const seen = `Returned ${statusAndCode(reply)}`;
  if (status === 401) return { check, verdict: 'ok', seen: `Rejected: ${statusAndCode(reply)}` };
  if (isPage(reply)) return { check, verdict: 'fail', seen: `${seen} with a web page`, fix: pageFix };
  if (isSuccess(status)) {
    return {
      check,
      verdict: 'fail',
      seen: `${seen}: the receiver accepted it`,
      fix: 'Anyone who can reach the receiver can forge events. Start the receiver with the secret and without --insecure.',
    };
  }
  if (status === 403)
    return { check, verdict: 'ok', seen: `Rejected before the signature check: ${statusAndCode(reply)}` };
  return { check, verdict: 'warn', seen: `${seen}; a receiver of this kit returns 401`, fix: hintOf(reply) };
}

/** Check the response to the first genuine delivery. */
export function signedFinding(reply: Reply): Finding {
  const { status } = reply;
  if (isPage(reply)) {
    return {
      check: 'signed',
      verdict: 'fail',
      seen: `A signed webhook.test event returned ${statusAndCode(reply)} with a web page`,
      fix: pageFix,
    };
  }
  if (isSuccess(status)) {
    const answered = parseAnswer(reply.body).status;
    return {
      check: 'signed',
      verdict: 'ok',
      seen: `A signed webhook.test event was accepted: ${status}${answered ? ` ${answered}` : ''}`,
    };
  }
  return {
    check: 'signed',
    verdict: 'fail',
    seen: `A signed webhook.test event was rejected: ${statusAndCode(reply)}`,
    fix: hintOf(reply),
  };
}

/** Check the response to the same bytes, sent a second time. */
export function duplicateFinding(reply: Reply): Finding {
  const { status } = reply;
  const answered = parseAnswer(reply.body).status;
  if (!isSuccess(status)) {
    return {
      check: 'duplicate',
      verdict: 'fail',
      seen: `The same event again returned ${statusAndCode(reply)}`,
      fix: 'Respond with 2xx to the retry of an accepted event. Otherwise, SpiderFoot keeps sending it.',
    };
  }
  if (answered === 'duplicate' || answered === 'ignored') {
    return { check: 'duplicate', verdict: 'ok', seen: `The same event again: ${status} ${answered}` };
  }
  return {
    check: 'duplicate',
    verdict: 'warn',
    seen: `The same event again: ${status}${answered ? ` ${answered}` : ''}, as if it were new`,
    fix: 'If SpiderFoot does not get the response, it sends the event again. A handler that does not check the id then does its work twice.',
  };
}
