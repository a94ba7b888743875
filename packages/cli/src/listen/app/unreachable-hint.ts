import { type CauseKind, causeOf } from '../../connection/failure-cause.ts';
import { shownUrl } from './shown-url.ts';

/** How to fix each kind of failure, if `--forward-to` cannot reach the app. */
const fixes: Readonly<Record<CauseKind, string>> = {
  name: 'Correct the host in --forward-to, or check the DNS of this machine.',
  refused: 'Start the app, or correct the port in --forward-to.',
  'old-tls': 'Enable TLS 1.2 or 1.3 in the app.',
  'no-cipher': 'Update the TLS settings of the app.',
  timeout: 'Check whether the app is stuck, or a firewall drops the packets.',
  route: 'Check the address in --forward-to, and the routes and firewalls of this machine.',
  certificate:
    'Set NODE_EXTRA_CA_CERTS to the file of the authority that issued the certificate, then start listen again. For an app on this machine, you can use http://.',
  'plain-http': 'Write http:// in --forward-to, or configure TLS in the app.',
  'no-tls': 'Correct the port in --forward-to.',
  'client-certificate': 'listen has no client certificate for the app. Use a URL that does not require one.',
  tls: 'Write https:// in --forward-to.',
  'not-http': 'Correct the port in --forward-to.',
  closed: 'See the log of the app, which may have crashed. Check that --forward-to has the right port.',
  unknown: 'Check the URL in --forward-to, and the log of the app.',
};

/** The time limit of the request that finds out why the app did not answer, in milliseconds. The sender waits for it. */
const longestProbe = 500;

/**
 * Return why the app did not answer and what to do, as sentences.
 * @param timeout the time limit of `--forward-timeout`, in milliseconds
 */
export async function unreachableHint(error: unknown, url: URL, timeout: number): Promise<string> {
  const cause = await causeOf(error, { url, tls: {}, timeout: Math.min(longestProbe, timeout) });
  // The message of an unknown error is for the developers of a library.
  const seen = cause.kind === 'unknown' ? 'The request failed' : cause.seen;
  return `${seen}: ${shownUrl(url)}. ${fixes[cause.kind]} The sender gets 502 and sends the event again.`;
}
