/** A rejection: its HTTP status, the error for the sender, and a hint for the operator of the receiver. */
export interface Rejection {
  readonly status: number;
  /** The `error` in the response body. It never contains parts of the request or of the configuration. */
  readonly error: string;
  /** The usual cause and its fix. Logged by the receiver, and never sent. */
  readonly hint: string;
  /** Response headers of this code. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * All rejection codes, each with its HTTP status, `error` and hint. Codes are stable, so your program can match on them.
 * The texts may change.
 */
export const rejections = {
  invalid_json: {
    status: 400,
    error: 'Invalid JSON',
    hint: 'The body must be a JSON object in UTF-8 with at most 1000 levels of nesting. Check the body that the sender writes.',
  },
  invalid_event: {
    status: 400,
    error: 'Invalid event',
    hint: 'The event does not match its schema: see "issues". If the schema is yours, correct it and replay the delivery from the log.',
  },
  request_aborted: {
    status: 400,
    error: 'Request aborted',
    hint: 'The sender closed the connection before the complete body had arrived. It will retry.',
  },
  missing_signature: {
    status: 401,
    error: 'Missing signature',
    hint: 'Set "secret" in SpiderFoot\'s [webhooks] section, and check that proxies forward the signature header.',
  },
  invalid_signature: {
    status: 401,
    error: 'Invalid signature',
    hint: 'Check that both sides use the same secret, character by character, and that no proxy or body parser changes the body.',
  },
  stale_event: {
    status: 401,
    error: 'Stale event',
    hint: 'The difference between the event\'s timestamp and now exceeds "tolerance". Check both clocks. If events are delivered late, increase "tolerance".',
  },
  ip_not_allowed: {
    status: 403,
    error: 'Address not allowed',
    hint: 'Add the address to "allowedIps". Behind a proxy, the receiver sees the proxy\'s address: add the proxy to "trustedProxies". If no "ip" is logged, the address is unknown: pass "clientIp" to the adapter.',
  },
  method_not_allowed: {
    status: 405,
    error: 'Method not allowed',
    hint: 'Webhooks are sent as POST requests. A browser, a crawler or a health check sends GET.',
    headers: { allow: 'POST' },
  },
  body_timeout: {
    status: 408,
    error: 'Body timeout',
    hint: 'The body did not arrive within "bodyTimeout". Check the network and the proxy. If the sender is slow, increase the option.',
  },
  body_too_large: {
    status: 413,
    error: 'Body too large',
    hint: 'The body is larger than "maxBodySize". If SpiderFoot sends bodies of that size, increase the option.',
  },
  unsupported_media_type: {
    status: 415,
    error: 'Unsupported media type',
    hint: 'Webhooks are sent as application/json in UTF-8. With curl, add -H "Content-Type: application/json".',
  },
  unsupported_encoding: {
    status: 415,
    error: 'Unsupported content encoding',
    hint: 'SpiderFoot signs and sends an uncompressed body, but a proxy has compressed it. Disable compression of requests in the proxy.',
  },
  rate_limited: {
    status: 429,
    error: 'Rate limited',
    hint: 'The client address has exceeded the limit of "rateLimiter". If it is SpiderFoot\'s address, increase the limit.',
  },
  handler_failed: {
    status: 500,
    error: 'Handler failed',
    hint: 'A handler threw or timed out: see "err". SpiderFoot or the queue retries the event. Only the handlers that failed run again.',
  },
  receiver_failed: {
    status: 500,
    error: 'Internal error',
    hint: 'A function that was passed to the receiver or its adapter threw: see "err". The usual cause is `clientIp` or a store.',
  },
  body_already_parsed: {
    status: 500,
    error:
      'The body was read before the webhook receiver could verify it. Mount the receiver before the body parser, or let the parser keep the raw bytes.',
    hint: 'Mount the webhook route before body parsers such as express.json(), and before a middleware that calls req.setEncoding(). Or keep the raw bytes with express.json({ verify: captureRawBody }). For Koa and Hono, see "Body already parsed" in the documentation.',
  },
  unavailable: {
    status: 503,
    error: 'Temporarily unavailable',
    hint: 'The log or the queue could not store the delivery: see "err". The response asks the sender to retry.',
    headers: { 'retry-after': '5' },
  },
  in_progress: {
    status: 503,
    error: 'In progress',
    hint: 'Another process that uses the same log is running the handlers of this delivery. If they succeed, a retry is a duplicate. If they fail, a retry runs them again.',
    headers: { 'retry-after': '1' },
  },
  shutting_down: {
    status: 503,
    error: 'Shutting down',
    hint: 'receiver.close() was called. The response asks the sender to retry.',
    headers: { 'retry-after': '5' },
  },
} as const satisfies Record<string, Rejection>;

/** The stable code of a rejection. */
export type RejectionCode = keyof typeof rejections;
