import type { RejectionCode } from '@spiderfoot-webhooks/core';
import type { Rejected } from '@spiderfoot-webhooks/core/adapter';
import { invocation } from '../../terminal/invocation.ts';

/** Hints for rejections in this command's terms: its flags, and the keys of SpiderFoot's configuration. */
const hints: Readonly<Record<RejectionCode, string>> = {
  invalid_json:
    'The body is not a JSON object in UTF-8, or it is nested deeper than 1000 levels. Check the body that the sender writes.',
  invalid_event:
    'The event does not match the schema of its type: see the issues above. With --store, the event is kept, and `log show` shows it.',
  request_aborted: 'The sender closed the connection before the complete body arrived. It will try again.',
  missing_signature:
    'Set "secret" in SpiderFoot\'s [webhooks] section, and check that proxies forward the signature header. To accept unsigned events for a test, use --insecure.',
  invalid_signature: `Compare the secret here with the sender's secret, and check that no proxy changes the body. \`${invocation()} diagnose\` finds the cause.`,
  stale_event:
    'The event\'s time differs from now by more than "tolerance" in the --config file. Check both clocks. To accept late events, increase the tolerance.',
  ip_not_allowed:
    "Add the address to --allow-ip. Behind a proxy, also pass the proxy's address with --trust-proxy. Otherwise, listen checks the address of the proxy.",
  method_not_allowed: 'Send webhooks with POST.',
  body_timeout: 'The body did not arrive within five seconds. Check the network and the proxy.',
  body_too_large:
    'The body is larger than --max-body. If SpiderFoot sends bodies of that size, raise the limit.',
  unsupported_media_type:
    'Webhooks are sent as application/json in UTF-8. With curl, add -H "Content-Type: application/json".',
  unsupported_encoding:
    'A proxy compresses the body, but SpiderFoot signs and sends the plain body. Disable compression in the proxy.',
  rate_limited: 'The sender exceeded --rate-limit. Raise the limit if the address is genuine.',
  handler_failed:
    'See the errors above. SpiderFoot sends the event again, and only the failed handlers run again. With --queue, listen responds before the handlers run.',
  receiver_failed:
    'This command failed while it received the event. See the error above. The sender will try again.',
  body_already_parsed:
    'Another part of this command read the body first. This is a bug in the command: please report it.',
  unavailable: 'The event could not be stored. See the error above. The sender will try again.',
  in_progress:
    'Another process that uses the same store is handling this delivery. If it succeeds, a retry is a duplicate.',
  shutting_down: 'This receiver is shutting down. The sender will try again.',
};

/**
 * Return the hint for a rejection in this command's terms. A hint in the rejection is more specific, so it takes
 * precedence.
 */
export function hintFor({ code, hint }: Pick<Rejected, 'code' | 'hint'>): string {
  return hint ?? hints[code];
}

/** Hints for failed TLS connections, by OpenSSL's or Node's code. */
const tlsHints: readonly (readonly [codes: RegExp, hint: string])[] = [
  [
    /PEER_DID_NOT_RETURN_A_CERTIFICATE/,
    "The sender did not send a certificate. Set SpiderFoot's client_cert and client_key.",
  ],
  [/HTTP_REQUEST/, 'The sender uses plain HTTP. Write https:// in its URL.'],
  [
    /UNKNOWN_CA|CERTIFICATE_UNKNOWN|BAD_CERTIFICATE/,
    "The sender does not trust this certificate. Set SpiderFoot's ca_bundle.",
  ],
  [/SELF_SIGNED|UNABLE_TO|CERT_/, "The sender's certificate was not issued by --client-ca."],
];

/**
 * Return the hint for a failed TLS connection.
 * @returns `undefined` for a code without a hint, for example if a client only checks whether the port is open
 */
export function hintForTls(code: string): string | undefined {
  return tlsHints.find(([codes]) => codes.test(code))?.[1];
}
