import type { Delivery } from '../adapter/delivery.ts';
import type { Secret } from '../signature/secret.ts';
import type { RejectedRequest } from '../stores/delivery-log.ts';
import { carriesCredentials } from './credential-headers.ts';
import { createSecretSearch } from './secret-search.ts';

/** Bytes of a body. */
const maxBody = 64 * 1024;
const maxHeaders = 100;
/** UTF-16 units of all names and values together. */
const maxHeaderText = 32 * 1024;
const maxName = 200;
const maxValue = 4096;
const maxMethod = 32;

/** The value of a header that may be a credential. */
const removed = '[removed]';

/** Headers that contain credentials even if the receiver is to read a signature from them. */
const neverKept = /^(?:proxy-)?authorization$|cookie/i;

/** Headers in which a proxy or a browser writes a URL. Its query may contain a token. */
const urlHeaders = /^referer$|(?:url|uri|path)$/i;

/** Return a copy of a rejected request without credentials, in bounded size. */
export type KeepRequest = (
  delivery: Pick<Delivery, 'method' | 'headers'>,
  body: Uint8Array | undefined,
) => RejectedRequest;

/**
 * Create a function that copies a rejected request without credentials: of headers such as `Authorization` and `Cookie`,
 * only the names, and no body that contains a secret. It keeps at most 64 KiB of a body, and 100 headers.
 * @param secrets the receiver's secrets, which are never kept
 * @param signatureHeaders in lowercase. Their values are kept, because a diagnosis needs them
 */
export function createKeepRequest(
  secrets: readonly Secret[],
  signatureHeaders: readonly string[],
): KeepRequest {
  const search = createSecretSearch(secrets);

  function keptValue(name: string, value: string): string {
    if (search.isInHeader(value) || neverKept.test(name)) return removed;
    if (signatureHeaders.includes(name.toLowerCase())) return value;
    if (carriesCredentials(name)) return removed;
    return urlHeaders.test(name) ? value.replace(/\?.*$/s, '') : value;
  }

  function keptHeaders(headers: Iterable<readonly [string, string]>): RejectedRequest['headers'] {
    const kept: (readonly [string, string])[] = [];
    let left = maxHeaderText;
    for (const [name, value] of headers) {
      // The pseudo-header `:path` of HTTP/2 contains the query of the URL.
      if (name.startsWith(':') || search.isInHeader(name)) continue;
      const header = [name.slice(0, maxName), keptValue(name, value).slice(0, maxValue)] as const;
      left -= header[0].length + header[1].length;
      if (left < 0 || kept.length === maxHeaders) break;
      kept.push(header);
    }
    return kept;
  }

  /** A body that contains a secret is not kept. The secret may cross the end of the bytes that would be kept. */
  function keptBody(body: Uint8Array | undefined): Uint8Array | undefined {
    if (body === undefined || search.isInBytes(body.subarray(0, maxBody + search.longest))) return undefined;
    // A copy, because the bytes may be a part of a larger buffer, or belong to the application.
    return new Uint8Array(body.subarray(0, maxBody));
  }

  return (delivery, body) => {
    const kept = keptBody(body);
    return {
      method: delivery.method.slice(0, maxMethod),
      headers: keptHeaders(delivery.headers?.() ?? []),
      body: kept,
      truncated: kept !== undefined && body !== undefined && kept.byteLength < body.byteLength,
    };
  };
}
