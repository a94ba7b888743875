import type { HmacKey } from '#hmac';
import type { Delivery } from '../adapter/delivery.ts';
import { type Rejected, rejectWith } from '../outcome/outcome.ts';
import { idOfDigest, idOfUnsigned, matchesAny, parseSignature } from '../signature/signature.ts';

/**
 * The signature headers of SpiderFoot's senders: the dispatcher, the delivery module and the notification channel.
 * Accepting several names is safe, because only the signature authenticates the sender.
 */
export const spiderfootHeaders = [
  'x-spiderfoot-signature',
  'x-spiderfoot-signature-256',
  'x-signature-256',
] as const;

/** The 64 characters of a signature, or a rejection if the header is missing or malformed. */
type SignatureHeader =
  | { readonly digest: string; readonly rejected?: never }
  | { readonly rejected: Rejected };

/** Read the signature from the first of these headers that the delivery has. */
export function readSignature(header: Delivery['header'], names: readonly string[]): SignatureHeader {
  for (const name of names) {
    const text = header(name);
    if (text === undefined) continue;
    const digest = parseSignature(text);
    return digest === undefined ? { rejected: rejectWith('invalid_signature') } : { digest };
  }
  return { rejected: unsigned(header, names) };
}

/**
 * Reject a delivery without a signature, with a hint about its sender. Its headers are not authenticated, so they
 * affect only the hint.
 */
function unsigned(header: Delivery['header'], names: readonly string[]): Rejected {
  const rejected = rejectWith('missing_signature');
  const other = spiderfootHeaders.find((name) => !names.includes(name) && header(name) !== undefined);
  if (other !== undefined) {
    return {
      ...rejected,
      hint: `The signature is in the header ${other}, which this endpoint does not read. Add it to "signatureHeader".`,
    };
  }
  // The dispatcher sets its own User-Agent. The notification senders keep the User-Agent of urllib.
  if (!header('user-agent')?.startsWith('Python-urllib/')) return rejected;
  return { ...rejected, hint: urllibHint };
}

const urllibHint =
  "The User-Agent is Python's urllib, so this is probably one of SpiderFoot's notification senders. The notification channel signs if SF_NOTIFY_WEBHOOK_SECRET is set. The notification service (WebhookChannel, bodies with \"topic\") never signs. Receive it at a separate endpoint that does not verify signatures and accepts only SpiderFoot's address.";

/**
 * Verify a delivery's signature, and return the delivery's id.
 * @param keys `undefined` if signature verification is disabled
 * @returns `undefined` if the signature does not match any key
 */
export function identify(
  keys: readonly HmacKey[] | undefined,
  body: Uint8Array,
  digest: string | undefined,
): string | undefined | Promise<string | undefined> {
  if (keys === undefined || digest === undefined) return idOfUnsigned(body);
  const isAuthentic = matchesAny(keys, body, digest);
  if (isAuthentic instanceof Promise)
    return isAuthentic.then((matches) => (matches ? idOfDigest(digest) : undefined));
  return isAuthentic ? idOfDigest(digest) : undefined;
}
