import { createKey, equalDigests, type HmacKey, sha256 } from '#hmac';
import { readSecret, type Secret } from './secret.ts';

const encoder = new TextEncoder();

const prefix = 'sha256=';
const digits = 64;

/**
 * Read the value of a signature header: 64 hex digits in any case, after an optional `sha256=` (see the guide).
 * @returns the 64 characters in lowercase, or `undefined` if the value has another form, such as two headers joined by a
 *   comma. The characters are compared as text. They are never decoded, because decoding hex would hide an invalid digit
 */
export function parseSignature(header: string): string | undefined {
  if (header.length === digits) return header.toLowerCase();
  if (header.length !== prefix.length + digits) return undefined;
  const text = header.toLowerCase();
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}

/**
 * Return whether one of the keys signed these bytes.
 * @param digest 64 characters from {@link parseSignature}
 * @returns a promise only if the platform's HMAC is asynchronous. Node's is synchronous, and an await takes as much time
 *   as the comparison
 */
export function matchesAny(
  keys: readonly HmacKey[],
  bytes: Uint8Array,
  digest: string,
): boolean | Promise<boolean> {
  for (const key of keys) {
    const expected = key.sign(bytes);
    if (typeof expected !== 'string') return matchesAnyLater(keys, bytes, digest);
    if (equalDigests(expected, digest)) return true;
  }
  return false;
}

async function matchesAnyLater(
  keys: readonly HmacKey[],
  bytes: Uint8Array,
  digest: string,
): Promise<boolean> {
  for (const key of keys) if (equalDigests(await key.sign(bytes), digest)) return true;
  return false;
}

/** Return the id of a delivery with this signature: its first 128 bits. They do not suffice to forge the signature. */
export function idOfDigest(digest: string): string {
  return digest.slice(0, 32);
}

/**
 * Create the id of a delivery that has neither a time nor an id, and whose sender never retries. Equal bytes are then a
 * new delivery, so half of the id is random. The other half shows which deliveries have equal bytes.
 * @param id the id that is derived from the bytes
 */
export function idOfOneShot(id: string): string {
  const random = crypto.getRandomValues(new Uint8Array(8));
  return id.slice(0, 16) + Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Return the id of a delivery without a signature: the first 128 bits of the body's SHA-256 hash. */
export function idOfUnsigned(bytes: Uint8Array): string | Promise<string> {
  const digest = sha256(bytes);
  return typeof digest === 'string' ? idOfDigest(digest) : digest.then(idOfDigest);
}

/**
 * Sign a body as SpiderFoot does.
 * @param secret the shared secret. A string is encoded as UTF-8
 * @param body the bytes to send. A string is encoded as UTF-8
 * @returns the value of `X-SpiderFoot-Signature`: `sha256=` and 64 hex digits
 * @throws ConfigurationError if the secret is empty or has white space around it
 * @example
 * const body = JSON.stringify({ event_type: 'scan_started', timestamp: new Date().toISOString(), data: {} });
 * await fetch(url, { method: 'POST', body, headers: {
 *   'content-type': 'application/json', 'x-spiderfoot-signature': await sign(secret, body),
 * } });
 * @see SpiderFoot's Webhook Integration Guide, "Signature Verification"
 */
export async function sign(secret: Secret, body: string | Uint8Array): Promise<string> {
  return `sha256=${await createKey(readSecret(secret)).sign(toBytes(body))}`;
}

/**
 * Return whether a signature matches a body. The comparison takes constant time. A malformed signature returns `false`.
 * @param secret one secret, or a list while you rotate the secret
 * @param body the bytes as received. Do not serialize a parsed body again: Python's JSON differs from JavaScript's in
 *   spaces, escapes and floats, so the signature would not match
 * @param signature the header's value, with or without `sha256=`
 * @throws ConfigurationError if a secret is empty or has white space around it
 * @example
 * if (!(await verify(secret, rawBody, req.headers['x-spiderfoot-signature']))) return res.status(401).end();
 * @see SpiderFoot's Webhook Integration Guide, "Signature Verification"
 */
export async function verify(
  secret: Secret | readonly Secret[],
  body: string | Uint8Array,
  signature: string | null | undefined,
): Promise<boolean> {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  const keys = secrets.map((each) => createKey(readSecret(each)));
  const digest = typeof signature === 'string' ? parseSignature(signature) : undefined;
  return digest !== undefined && matchesAny(keys, toBytes(body), digest);
}

function toBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? encoder.encode(body) : body;
}
