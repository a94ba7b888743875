import type { RefusalCode, Rejected } from '@spiderfoot-webhooks/core';

/** What to do about a rejection, in this command's terms: flags, and keys of SpiderFoot's configuration. */
const hints: Readonly<Record<RefusalCode, string>> = {
  invalid_json:
    'The body is not a JSON object in UTF-8 of at most 1000 levels. Check what the sender writes.',
  invalid_event:
    'The event does not fit the schema of its type, as said above. With --db it is kept; `log show` shows it.',
  request_aborted: 'The sender closed the connection before the whole body had arrived. It will try again.',
  missing_signature:
    'Set "secret" in SpiderFoot\'s [webhooks] section, and check that a proxy in between keeps the signature header. To try without a signature: --insecure.',
  invalid_signature:
    "Compare the secret here with the sender's, and check that nothing in between changes the body. `spiderfoot-webhooks diagnose` finds out which it is.",
  stale_event:
    'The event\'s time is further from now than "tolerance" in the file of --config allows. Check both clocks; late events need a larger tolerance.',
  ip_not_allowed:
    'Add the address to --allow-ip. Behind a proxy, name the proxy in --trust-proxy, or its address is what is checked.',
  method_not_allowed: 'Webhooks are sent by POST.',
  body_timeout: 'The body did not arrive within five seconds.',
  body_too_large:
    'The body is larger than --max-body. Raise it if SpiderFoot really sends bodies of that size.',
  unsupported_media_type:
    'Webhooks are sent as application/json in UTF-8. With curl, add -H "Content-Type: application/json".',
  unsupported_encoding:
    'SpiderFoot signs and sends the plain body. Something in between compresses it: turn that off.',
  rate_limited: 'The address has used up what --rate-limit gives it.',
  handler_failed:
    'See above for what failed. SpiderFoot sends the event again, and only what failed is done again; --queue answers first.',
  receiver_failed: 'This command failed while it received the event: see above. The sender will try again.',
  body_already_parsed:
    'Something in this command read the body first, which is a fault of its own: please report it.',
  unavailable: 'The database could not store it: see above. The sender is asked to try again.',
  in_progress:
    'Another process over the same database handles this delivery now. A retry is answered as a duplicate once it has succeeded.',
  shutting_down: 'This receiver is stopping. The sender is asked to try again.',
};

/** What to do about a rejection, in this command's terms. A hint of its own comes first: it knows more than the code. */
export function hintFor({ code, hint }: Pick<Rejected, 'code' | 'hint'>): string {
  return hint ?? hints[code];
}

/** What OpenSSL or Node says of a TLS connection that came to nothing, and the mend. */
const ofTls: readonly (readonly [codes: RegExp, hint: string])[] = [
  [
    /PEER_DID_NOT_RETURN_A_CERTIFICATE/,
    "The sender shows no certificate: set SpiderFoot's client_cert and client_key.",
  ],
  [/HTTP_REQUEST/, 'It speaks plain HTTP: write https:// in its URL.'],
  [
    /UNKNOWN_CA|CERTIFICATE_UNKNOWN|BAD_CERTIFICATE/,
    "The sender does not trust this certificate: set SpiderFoot's ca_bundle.",
  ],
  [/SELF_SIGNED|UNABLE_TO|CERT_/, 'The certificate that the sender shows is not of --client-ca.'],
];

/** @returns `undefined` of what says nothing: whoever only looks whether the port is open is cut off as well */
export function hintForTls(code: string): string | undefined {
  return ofTls.find(([codes]) => codes.test(code))?.[1];
}
