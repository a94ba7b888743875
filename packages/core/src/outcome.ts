import { toAscii } from './ascii.ts';
import type { EventIssue, Wire } from './events/wire.ts';

/** A rejection: its HTTP status, the error for the sender, and a hint for the receiver's owner. */
interface Refusal {
  readonly status: number;
  /** The `error` of the answer's body. Never holds anything of the request or of the configuration. */
  readonly error: string;
  /** Logged on the receiver's side: what usually causes this, and what to do. */
  readonly hint: string;
  /** Answer headers that belong to the code itself. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Every code with which a delivery is refused, once. Codes are stable: programs may match on them. The words
 * may change.
 */
export const refusals = {
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
} as const satisfies Record<string, Refusal>;

/** The stable code of a refusal. */
export type RefusalCode = keyof typeof refusals;

interface Decided {
  /** `true` if the receiver was closing. The answer is then the last one on its connection. */
  readonly closing?: true;
}

/** The outcome of a rejected delivery. `status` and `code` are always set, the other members only if they apply. */
export interface Rejected extends Decided {
  readonly status: 'rejected';
  readonly code: RefusalCode;
  /** The delivery's id; only authenticated deliveries have one. */
  readonly id?: string;
  /** Of an authenticated event that does not fit its schema. */
  readonly event_type?: string;
  /** Why it does not fit. */
  readonly issues?: readonly EventIssue[];
  /**
   * The likely cause and what to do, if it is more specific than the hint of the code. It is logged instead of that
   * hint, and never sent to the client.
   */
  readonly hint?: string;
  /** Seconds after which another try makes sense. */
  readonly retryAfter?: number;
  /** What failed inside: an `EventHandlingError`, or the store's own error. Never sent to the client. */
  readonly error?: unknown;
}

export function refuse(code: RefusalCode): Rejected {
  return { status: 'rejected', code };
}

/** What the receiver decided about a delivery. */
export type Outcome<Event extends { readonly event_type: string } = { readonly event_type: string }> =
  /** Verified, and every handler succeeded. */
  | Taken<'processed', Event>
  /** Verified and stored in the queue; its handlers run later. */
  | Taken<'accepted', Event>
  /** The same bytes were handled, or accepted, before. No handler ran. */
  | Taken<'duplicate', Event>
  /** Verified, but this endpoint does not take events of this type. */
  | Taken<'ignored', Event>
  | Rejected;

interface Taken<Status extends string, Event> extends Decided {
  readonly status: Status;
  readonly id: string;
  readonly event: Event;
  readonly wire: Wire;
}

/** An answer in no framework's terms: what an adapter has to send. */
export interface Answer {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text, ASCII alone: its length is its byte length. */
  readonly body: string;
  /**
   * Whether the connection must close after this answer, because the sender is not authenticated or the receiver is
   * closing. An adapter for HTTP/1.1 sends `Connection: close` if its platform allows the header. It is not in
   * `headers`, because HTTP/2 and several fetch platforms reject it.
   */
  readonly closesConnection: boolean;
}

const contentType = 'application/json; charset=utf-8';

/**
 * The HTTP answer to an outcome: the guide's `{"status":"success"}` or
 * `{"error":"Invalid signature","code":"invalid_signature"}`. Discloses no expected signature, no stack, no path.
 */
export function toAnswer(outcome: Outcome): Answer {
  if (outcome.status === 'rejected') return refusalAnswer(outcome);
  const word = outcome.status === 'processed' ? 'success' : outcome.status;
  const body = `{"status":"${word}","id":"${outcome.id}"}`;
  const status = outcome.status === 'accepted' ? 202 : 200;
  return { status, headers: answerHeaders(body), body, closesConnection: outcome.closing === true };
}

function refusalAnswer({ code, id, issues, retryAfter, closing }: Rejected): Answer {
  const refusal: Refusal = refusals[code];
  const body = toAscii(JSON.stringify({ error: refusal.error, code, issues }));
  const headers = { ...answerHeaders(body), ...refusal.headers };
  return {
    status: refusal.status,
    headers:
      retryAfter === undefined ? headers : { ...headers, 'retry-after': String(Math.ceil(retryAfter)) },
    body,
    // Only an authenticated delivery has an id.
    closesConnection: id === undefined || closing === true,
  };
}

function answerHeaders(body: string): Record<string, string> {
  return { 'content-type': contentType, 'content-length': String(body.length) };
}
