import type { RefusalCode } from '@spiderfoot-webhooks/core';

/** What each code of the kit's receivers means to the person who sends, who can see the answer but not the receiver. */
const hints: Readonly<Record<RefusalCode, string>> = {
  invalid_json: 'The receiver accepted the signature, but the body is not a JSON object in UTF-8.',
  invalid_event:
    "The receiver accepted the signature, but the event does not fit its schema: the receiver's log lists the issues.",
  request_aborted: 'The connection was closed before the whole body had arrived. Send it again.',
  missing_signature:
    'No signature arrived: a proxy on the way removes the header, or the receiver expects another one (--signature-header).',
  invalid_signature:
    'Compare the secrets of both sides; then check that nothing on the way changes the body. `diagnose` finds out which it is.',
  stale_event: 'The clocks of the two machines are further apart than the receiver allows. Set both by NTP.',
  ip_not_allowed:
    "The address of this machine is not on the receiver's list. Run this where SpiderFoot runs, or add the address there.",
  method_not_allowed:
    'Something on the way turned the POST into another method: look at redirects and the proxy.',
  body_timeout: 'The body took too long to arrive: look at the network and the proxy.',
  body_too_large: 'The body is larger than the receiver accepts. Raise the limit there, or send less.',
  unsupported_media_type:
    'The content type that arrived is not application/json: look at --header and the proxy.',
  unsupported_encoding: 'The body arrived compressed: turn compression off on the way.',
  rate_limited: 'The receiver accepts no more from this address for now. Wait, and try again.',
  handler_failed:
    "The receiver accepted the event, but handling it failed: see the receiver's log. SpiderFoot would send it again.",
  receiver_failed: 'The receiver itself failed: see its log.',
  body_already_parsed:
    'The receiver is mounted behind a body parser, which reads the body before the signature can be checked. Mount it before.',
  unavailable: 'The receiver cannot store deliveries now: see its log and its disk. Try again.',
  in_progress: 'Another process over its store handles this delivery now. Send it again in a second.',
  shutting_down: 'The receiver is stopping. Try again.',
};

/** @returns `undefined` for a code that is not one of the kit's */
export function answerHint(code: unknown): string | undefined {
  const known: Readonly<Record<string, string>> = hints;
  return typeof code === 'string' && Object.hasOwn(known, code) ? known[code] : undefined;
}
