/** A rejection: its HTTP status, the error for the sender, and a hint for the receiver's owner. */
export interface Rejection {
  readonly status: number;
  /** The `error` of the answer's body. Never holds anything of the request or of the configuration. */
  readonly error: string;
  /** Logged on the receiver's side: what usually causes this, and what to do. */
  readonly hint: string;
  /** Answer headers that belong to the code itself. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Every rejection code, once. Codes are stable, so programs may match on them. The texts may change.
 */
export const rejections = {
  invalid_json: {
    status: 400,
    error: 'Invalid JSON',
    hint: 'The body is not a JSON object in UTF-8 with at most 1000 levels. Check the body that the sender writes.',
  },
  invalid_event: {
    status: 400,
    error: 'Invalid event',
    hint: 'The event does not match its schema: see "issues". If the schema is yours, correct it and replay the delivery from the log.',
  },
  request_aborted: {
    status: 400,
    error: 'Request aborted',
    hint: 'The sender closed the connection before the whole body had arrived. It will try again.',
  },
  missing_signature: {
    status: 401,
    error: 'Missing signature',
    hint: 'Set "secret" in SpiderFoot\'s [webhooks] section, and check that a proxy in between keeps the signature header.',
  },
  invalid_signature: {
    status: 401,
    error: 'Invalid signature',
    hint: "Compare the secret here with the sender's, character by character, and check that nothing in between (a proxy, a body parser) changes the body.",
  },
  stale_event: {
    status: 401,
    error: 'Stale event',
    hint: 'The event\'s time is further from now than "tolerance" allows. Check both clocks; late events need a larger tolerance.',
  },
  ip_not_allowed: {
    status: 403,
    error: 'Address not allowed',
    hint: 'Add the address to "allowedIps". Behind a proxy, name the proxy in "trustedProxies", or its address is what is checked. Where no "ip" is logged, none is known: give the adapter "clientIp".',
  },
  method_not_allowed: {
    status: 405,
    error: 'Method not allowed',
    hint: 'Webhooks are sent by POST.',
    headers: { allow: 'POST' },
  },
  body_timeout: {
    status: 408,
    error: 'Body timeout',
    hint: 'The body did not arrive within "bodyTimeout".',
  },
  body_too_large: {
    status: 413,
    error: 'Body too large',
    hint: 'The body is larger than "maxBodySize". Raise it if SpiderFoot really sends bodies of that size.',
  },
  unsupported_media_type: {
    status: 415,
    error: 'Unsupported media type',
    hint: 'Webhooks are sent as application/json in UTF-8. With curl, add -H "Content-Type: application/json".',
  },
  unsupported_encoding: {
    status: 415,
    error: 'Unsupported content encoding',
    hint: 'SpiderFoot signs and sends the plain body. Something in between compresses it: switch that off.',
  },
  rate_limited: {
    status: 429,
    error: 'Rate limited',
    hint: 'The client address has used up what "rateLimiter" gives it.',
  },
  handler_failed: {
    status: 500,
    error: 'Handler failed',
    hint: 'A handler threw or timed out: see "err". SpiderFoot sends the event again, or the queue tries again; only the handlers that failed will run.',
  },
  receiver_failed: {
    status: 500,
    error: 'Internal error',
    hint: 'A function given to the receiver or its adapter threw: see "err". It is most often `clientIp` or a store.',
  },
  body_already_parsed: {
    status: 500,
    error:
      'The body was read before the webhook receiver could verify it. Mount the receiver before the body parser, or let the parser keep the raw bytes.',
    hint: 'Mount the webhook route before body parsers such as express.json() or koa-bodyparser. Or keep the raw bytes with express.json({ verify: captureRawBody }); for Koa and Hono, see the README. If a middleware calls req.setEncoding(), mount the route before it, because decoding loses the bytes of invalid characters.',
  },
  unavailable: {
    status: 503,
    error: 'Temporarily unavailable',
    hint: 'The log or the queue could not store the delivery: see "err". The sender is asked to try again.',
    headers: { 'retry-after': '5' },
  },
  in_progress: {
    status: 503,
    error: 'In progress',
    hint: 'Another process that uses the same log is running the handlers of this delivery. If they succeed, a retry is answered as a duplicate. If they fail, a retry runs them again.',
    headers: { 'retry-after': '1' },
  },
  shutting_down: {
    status: 503,
    error: 'Shutting down',
    hint: 'receiver.close() was called. The sender is asked to try again.',
    headers: { 'retry-after': '5' },
  },
} as const satisfies Record<string, Rejection>;

/** The stable code of a rejection. */
export type RejectionCode = keyof typeof rejections;
