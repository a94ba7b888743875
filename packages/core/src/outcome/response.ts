import { toAscii } from '../data/ascii.ts';
import type { Outcome, Rejected } from './outcome.ts';
import { type Rejection, rejections } from './rejections.ts';

/** The response that an adapter sends, independent of any framework. */
export interface HttpResponse {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. It contains only ASCII, so its length is its byte length. */
  readonly body: string;
  /**
   * Whether the connection must close after this response, because the sender is not authenticated or the receiver is
   * closing. An adapter for HTTP/1.1 sends `Connection: close` if its platform allows the header. It is not in
   * `headers`, because HTTP/2 and several fetch platforms reject it.
   */
  readonly closesConnection: boolean;
}

const contentType = 'application/json; charset=utf-8';

/**
 * Convert an outcome into an HTTP response: the guide's `{"status":"success"}` or
 * `{"error":"Invalid signature","code":"invalid_signature"}`. The response never discloses an expected signature, a stack
 * or a path.
 */
export function toHttpResponse(outcome: Outcome): HttpResponse {
  if (outcome.status === 'rejected') return rejectionResponse(outcome);
  const statusName = outcome.status === 'processed' ? 'success' : outcome.status;
  const body = `{"status":"${statusName}","id":"${outcome.id}"}`;
  const status = outcome.status === 'accepted' ? 202 : 200;
  return { status, headers: responseHeaders(body), body, closesConnection: outcome.closing === true };
}

function rejectionResponse({ code, id, issues, retryAfter, closing }: Rejected): HttpResponse {
  const rejection: Rejection = rejections[code];
  const body = toAscii(JSON.stringify({ error: rejection.error, code, issues }));
  const headers = { ...responseHeaders(body), ...rejection.headers };
  return {
    status: rejection.status,
    headers:
      retryAfter === undefined ? headers : { ...headers, 'retry-after': String(Math.ceil(retryAfter)) },
    body,
    // Only an authenticated delivery has an id.
    closesConnection: id === undefined || closing === true,
  };
}

function responseHeaders(body: string): Record<string, string> {
  return { 'content-type': contentType, 'content-length': String(body.length) };
}
