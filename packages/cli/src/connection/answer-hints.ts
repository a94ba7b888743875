import type { RejectionCode } from '@spiderfoot-webhooks/core';

/** Hints for the codes of the kit's receivers, for a person who sees the response but not the receiver. */
const hints: Readonly<Record<RejectionCode, string>> = {
  invalid_json: 'The receiver accepted the signature, but the body is not a JSON object in UTF-8.',
  invalid_event:
    "The receiver accepted the signature, but the event does not match its schema. The receiver's log lists the issues.",
  request_aborted: 'The connection was closed before the complete body arrived. Send it again.',
  missing_signature:
    'The receiver got no signature. A proxy removed the header, or the receiver expects another header (--signature-header).',
  invalid_signature:
    'Compare the secrets on both sides, then check that no proxy changes the body. `diagnose` finds the cause.',
  stale_event:
    'The clocks of the two machines are further apart than the receiver allows. Synchronize them with NTP.',
  ip_not_allowed:
    "The receiver does not allow the address of this machine. Run this command where SpiderFoot runs, or add the address to the receiver's allowlist.",
  method_not_allowed: 'A redirect or a proxy changed the POST into another method. Check both.',
  body_timeout: 'The body took too long to arrive. Check the network and the proxy.',
  body_too_large: "The body exceeds the receiver's limit. Raise the limit there, or send a smaller body.",
  unsupported_media_type:
    'The receiver got a content type other than application/json. Check --header and the proxy.',
  unsupported_encoding: 'The receiver got a compressed body. Disable compression in the proxy.',
  rate_limited: 'The receiver currently accepts no more requests from this address. Wait, then try again.',
  handler_failed:
    "The receiver accepted the event, but a handler failed. See the receiver's log. SpiderFoot would send the event again.",
  receiver_failed: 'The receiver itself failed. See its log.',
  body_already_parsed:
    'The receiver is mounted after a body parser, which reads the body before the signature can be checked. Mount the receiver before the parser.',
  unavailable: 'The receiver cannot store deliveries. Check its log and its disk, then try again.',
  in_progress:
    'Another process that uses the same store is handling this delivery. Send it again in a second.',
  shutting_down: 'The receiver is shutting down. Try again.',
};

/** Return the hint for a code. @returns `undefined` for a code that is not one of the kit's */
export function answerHint(code: unknown): string | undefined {
  const known: Readonly<Record<string, string>> = hints;
  return typeof code === 'string' && Object.hasOwn(known, code) ? known[code] : undefined;
}
