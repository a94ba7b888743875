import type { HmacKey } from '#hmac';
import type { Delivery } from '../delivery.ts';
import { type Rejected, refuse } from '../outcome.ts';
import { idOfDigest, idOfUnsigned, matchesAny, parseSignature } from '../signature.ts';

/**
 * The headers in which SpiderFoot's senders put their signature: the dispatcher, the delivery module, the notification
 * channel. A name proves nothing and needs no proof: only the signature counts.
 */
export const spiderfootHeaders = [
  'x-spiderfoot-signature',
  'x-spiderfoot-signature-256',
  'x-signature-256',
] as const;

/** The signature that a delivery claims: 64 characters, or the rejection of one that has none. */
type Claim = { readonly digest: string; readonly rejected?: never } | { readonly rejected: Rejected };

/** Reads the signature from the first of these headers that the delivery has. */
export function claimOf(header: Delivery['header'], names: readonly string[]): Claim {
  for (const name of names) {
    const text = header(name);
    if (text === undefined) continue;
    const digest = parseSignature(text);
    return digest === undefined ? { rejected: refuse('invalid_signature') } : { digest };
  }
  return { rejected: unsigned(header, names) };
}

/** Names the sender as far as its headers show it. They are not authenticated, so they decide nothing. */
function unsigned(header: Delivery['header'], names: readonly string[]): Rejected {
  const rejected = refuse('missing_signature');
  const other = spiderfootHeaders.find((name) => !names.includes(name) && header(name) !== undefined);
  if (other !== undefined) {
    return {
      ...rejected,
      hint: `The signature is in ${other}, a header that this endpoint is not set to read.`,
    };
  }
  // The dispatcher names itself; the notification senders leave urllib's own name.
  if (!header('user-agent')?.startsWith('Python-urllib/')) return rejected;
  return { ...rejected, hint: urllibHint };
}

const urllibHint =
  "The User-Agent is Python's urllib, so this is probably one of SpiderFoot's notification senders. The notification channel signs if SF_NOTIFY_WEBHOOK_SECRET is set. The notification service (WebhookChannel, bodies with \"topic\") never signs: receive it at an endpoint of its own that verifies no signature and that only SpiderFoot's address may use.";

/**
 * The delivery's id, which is authenticated with it.
 * @param keys `undefined` where verification is switched off
 * @returns `undefined` where no key made the signature
 */
export function identify(
  keys: readonly HmacKey[] | undefined,
  body: Uint8Array,
  digest: string | undefined,
): string | undefined | Promise<string | undefined> {
  if (keys === undefined || digest === undefined) return idOfUnsigned(body);
  const genuine = matchesAny(keys, body, digest);
  if (genuine instanceof Promise)
    return genuine.then((matches) => (matches ? idOfDigest(digest) : undefined));
  return genuine ? idOfDigest(digest) : undefined;
}
