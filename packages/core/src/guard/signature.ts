import type { HmacKey } from '#hmac';
import type { Delivery } from '../delivery.ts';
import { idOfDigest, idOfUnsigned, matchesAny, parseSignature } from '../signature.ts';

/** What a delivery claims to be signed with: 64 characters, or why they are not to be had. */
type Claim =
  | { readonly digest: string; readonly code?: never }
  | { readonly code: 'missing_signature' | 'invalid_signature' };

/** Reads the signature from the first of these headers that the delivery has. */
export function claimOf(header: Delivery['header'], names: readonly string[]): Claim {
  for (const name of names) {
    const text = header(name);
    if (text === undefined) continue;
    const digest = parseSignature(text);
    return digest === undefined ? { code: 'invalid_signature' } : { digest };
  }
  return { code: 'missing_signature' };
}

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
