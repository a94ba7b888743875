import { type RefusalCode, refusals } from '@spiderfoot-webhooks/core';

/** Where the mend is a flag of this command, and not an option of a program's. */
const ofFlags: Partial<Readonly<Record<RefusalCode, string>>> = {
  missing_signature:
    'Set "secret" in SpiderFoot\'s [webhooks] section, and check that a proxy in between keeps the signature header. To try without a signature: --insecure.',
  invalid_signature:
    "Compare the secret here with the sender's, and check that nothing in between changes the body. `spiderfoot-webhooks diagnose` finds out which it is.",
  ip_not_allowed:
    'Add the address to --allow-ip. Behind a proxy, name the proxy in --trust-proxy, or its address is what is checked.',
  body_timeout: 'The body did not arrive within five seconds.',
  body_too_large:
    'The body is larger than --max-body. Raise it if SpiderFoot really sends bodies of that size.',
  rate_limited: 'The address has used up what --rate-limit gives it.',
  handler_failed:
    'See above for what failed. SpiderFoot sends the event again, and only what failed is done again; --queue answers first.',
  unavailable: 'The database could not take it: see above. The sender is asked to try again.',
  shutting_down: 'This receiver is stopping. The sender is asked to try again.',
};

/** What to do about a refusal, in this command's terms. */
export function hintFor(code: RefusalCode): string {
  return ofFlags[code] ?? refusals[code].hint;
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
